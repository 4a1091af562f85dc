/* SPDX-License-Identifier: MIT */
/* run - a claim of a run over several words, and its rollback, against single takes and frees
 *
 * Three leaf words of two frames under one word of the index. Each CPU makes any number of calls: it takes any free
 * frame, gives back any taken one, calls emptied() for an empty word, or claims one of two overlapping runs, words
 * ascending, and gives back what it has when a word fails. A word is claimed by a CAS, or by a fetch_and when a CAS has lost. A step is one atomic access, in a total order.
 *
 * Checked: no frame is held twice; a rollback sets only bits that its own claim cleared; a claim that failed holds nothing
 * and one that succeeded holds all of its run; when no call is under way, every word that is not 0 has its bit.
 *
 * In HOISTED_LOOK a rollback may look at the bit above before its fetch_or; in BUFFERED_BACK its store drains late. */

#ifndef MUTANT
#define MUTANT 0
#endif
#define NO_ROLLBACK     1 /* a failed claim keeps what it took */
#define ONE_TOO_MANY    2 /* the rollback gives back the word that failed, too */
#define ONE_TOO_FEW     3 /* the rollback forgets the first word */
#define SILENT_ROLLBACK 4 /* the rollback does not call filled() */
#define BLIND_CLAIM     5 /* fetch_and without asking whether all of the frames were free */
#define SPLIT_CLAIM     6 /* load and store instead of the CAS */
#define SPLIT_ROLLBACK  7 /* the rollback loads and stores instead of one fetch_or */
#define WIDE_ROLLBACK   8 /* the rollback sets the whole word */
#define HOISTED_LOOK    9 /* the rollback looks at the bit above before its fetch_or */
#define BUFFERED_BACK  10 /* the rollback's set bits wait in a store buffer while it looks at the bit above */
#define KEPT_PART      11 /* what the fetch_and got of a word that failed is not given back */
#define WHOLE_PART     12 /* all that the fetch_and asked for is given back */

#ifndef CORES
#define CORES 3
#endif
#ifndef CLAIMER
#define CLAIMER 0 /* the CPU that only claims; CORES: there is none */
#endif
#ifndef SINGLES
#define SINGLES 2 /* the CPU that never claims */
#endif
#define WORDS 3
#define ALL   3

/* Bits of word x in a run: frames 1 to 4 or 2 to 5 of 0 to 5. */
#define RUN(run, x)  ((run) == 1 -> ((x) == 0 -> 2 : ((x) == 1 -> 3 : 1)) : ((x) == 0 -> 0 : 3))
#define FIRST(run)   ((run) - 1)
#define CLEAR(x, m)  leaf[x] = leaf[x] & (255 - (m))
#define SET(x, m)    leaf[x] = leaf[x] | (m)
#define CALLER       1        /* owner of a frame that was handed out */
#define CLAIM        (id + 2) /* owner of a frame that a claim under way has */
#define OWNER(x, i)  owner[(x) * 2 + (i)]

byte leaf[WORDS];
byte above = 7;         /* a bit per leaf word */
byte owner[WORDS * 2];  /* ghost: 0 of a frame that is free */
byte busy;              /* ghost: calls under way, and stores in buffers */
#if MUTANT == BUFFERED_BACK
byte stored[CORES];      /* a word, plus 1, whose bits stored_bits[] are about to be set */
byte stored_bits[CORES];
#endif

/* In ghost terms: the bits m of word x go from one owner to another. */
inline pass(from, to)
{
    if
    :: m & 1 -> assert(OWNER(x, 0) == from); OWNER(x, 0) = to
    :: else
    fi;
    if
    :: m & 2 -> assert(OWNER(x, 1) == from); OWNER(x, 1) = to
    :: else
    fi
}

inline quiet()
{
    busy--;
    if
    :: busy == 0 ->
        x = 0;
        do
        :: x < WORDS -> assert(leaf[x] == 0 || (above & (1 << x))); x++
        :: else -> break
        od
    :: else
    fi;
    x = 0; m = 0; which = 0
}

inline any_word() { if :: x = 0 :: x = 1 :: x = 2 fi }
inline any_frame() { if :: m = 1 :: m = 2 fi }

proctype cpu(byte id)
{
    byte x;    /* the word at hand */
    byte m;    /* bits of it */
    byte old;
    byte which; /* the run that is claimed, 0: none */
    bool part;  /* a part of the word that failed is given back */
    byte back; /* the word that failed, plus 1, in a rollback; x counts up to it */

idle:
    atomic {
        if
        :: id != CLAIMER -> any_word(); any_frame();
            if
            :: leaf[x] & m -> /* take */
                busy++;
                pass(0, CALLER);
                CLEAR(x, m);
                m = 0;
                if
                :: leaf[x] == 0 -> goto emptied
                :: else -> quiet()
                fi
            :: else
            fi
        :: id != CLAIMER -> any_word(); any_frame();
            if
            :: OWNER(x, m / 2) == CALLER -> /* free */
                busy++;
                pass(CALLER, 0);
                old = leaf[x];
                SET(x, m);
                m = 0;
                if
                :: old == 0 -> goto filled
                :: else -> quiet()
                fi;
                old = 0
            :: else
            fi
        :: id != CLAIMER -> any_word();
            if
            :: leaf[x] == 0 -> busy++; goto emptied
            :: else
            fi
        :: id != SINGLES -> busy++;
            if
            :: which = 1
            :: which = 2
            fi;
            x = FIRST(which);
            goto claim
        fi;
        x = 0; m = 0;
        goto idle
    };

claim:
    atomic {
        old = leaf[x];
        m = RUN(which, x);
#if MUTANT != BLIND_CLAIM
        if
        :: (old & m) != m -> old = 0; m = 0; goto fail
        :: else ->
            if
            :: true
            :: goto clear /* other bits, which are not in the model, have changed too often */
            fi
        fi
#endif
    };
    atomic { /* the CAS */
        if
#if MUTANT == SPLIT_CLAIM || MUTANT == BLIND_CLAIM
        :: true ->
#else
        :: leaf[x] == old ->
#endif
            pass(0, CLAIM);
#if MUTANT == BLIND_CLAIM
            CLEAR(x, m);
#else
            leaf[x] = old & (255 - m);
#endif
            old = 0;
            m = 0;
            if
            :: leaf[x] == 0 -> goto emptied
            :: true -> goto next /* or later, as whoever meets the empty word does */
            fi
        :: else ->
            m = 0; goto claim
        fi
    };

clear:
    atomic { /* the fetch_and */
        old = m;
        m = leaf[x] & m;
        pass(0, CLAIM);
        CLEAR(x, m);
        if
        :: m == old ->
            old = 0;
            m = 0;
            if
            :: leaf[x] == 0 -> goto emptied
            :: true -> goto next
            fi
        :: m != old && m == 0 -> old = 0; goto fail
        :: else
        fi;
#if MUTANT == KEPT_PART
        old = 0;
        m = 0;
        goto fail
#elif MUTANT == WHOLE_PART
        m = old
#else
        old = 0
#endif
    };
    atomic {
        pass(CLAIM, 0);
        old = leaf[x];
        SET(x, m);
        m = 0;
        if
        :: old == 0 -> part = true; goto filled
        :: else -> old = 0; goto fail
        fi
    };

next:
    atomic {
        if
        :: x + 1 < WORDS -> x++; goto claim
        :: else
        fi;
        x = FIRST(which); /* all of it: hand it out */
        do
        :: x < WORDS -> m = RUN(which, x); pass(CLAIM, CALLER); x++
        :: else -> break
        od;
        x = 0;
        quiet();
        goto idle
    };

fail:
    atomic {
        back = x;
        x = FIRST(which);
#if MUTANT == NO_ROLLBACK
        x = back;
#elif MUTANT == ONE_TOO_MANY
        back++;
#elif MUTANT == ONE_TOO_FEW
        x++;
#endif
    };

rollback:
    atomic {
        if
        :: x >= back -> /* given back: nothing may be left */
            x = 0;
            do
            :: x < WORDS -> assert(OWNER(x, 0) != CLAIM && OWNER(x, 1) != CLAIM); x++
            :: else -> break
            od;
            x = 0;
            back = 0;
            quiet();
            goto idle
        :: else -> m = RUN(which, x)
        fi
    };
#if MUTANT == HOISTED_LOOK
    old = above & (1 << x);
#elif MUTANT == SPLIT_ROLLBACK
    old = leaf[x];
#endif
    atomic {
#if MUTANT == BUFFERED_BACK
        stored[id] == 0 ->
#endif
        pass(CLAIM, 0);
#if MUTANT == WIDE_ROLLBACK
        m = ALL;
#endif
#if MUTANT == BUFFERED_BACK
        busy++;
        stored[id] = x + 1;
        stored_bits[id] = m;
        old = leaf[x];
#elif MUTANT == HOISTED_LOOK
        old = (leaf[x] == 0 && old == 0 -> 0 : 1);
        SET(x, m);
#elif MUTANT == SPLIT_ROLLBACK
        leaf[x] = old | m;
#else
        old = leaf[x];
        SET(x, m);
#endif
        m = 0;
#if MUTANT == SILENT_ROLLBACK
        old = 1;
#endif
        if
        :: old == 0 ->
#if MUTANT == HOISTED_LOOK
            goto filled_set
#else
            goto filled
#endif
        :: else -> old = 0; x++; goto rollback
        fi
    };

emptied: /* the word x was seen empty */
    above = above & (255 - (1 << x));
    atomic {
        if
        :: leaf[x] != 0 -> goto filled
        :: else -> goto done
        fi
    };

filled: /* the word x was seen filled */
    atomic {
        if
        :: above & (1 << x) -> goto done
        :: else
        fi
    };
filled_set:
    above = above | (1 << x);

done: /* with the index, for the word x */
    atomic {
        if
        :: part -> part = false; goto fail
        :: !part && back != 0 -> x++; goto rollback
        :: !part && back == 0 && which != 0 -> goto next
        :: else -> quiet(); goto idle
        fi
    }
}

#if MUTANT == BUFFERED_BACK
proctype drain(byte id)
{
    byte x;
    byte m;
    byte which;
end:
    do
    :: atomic { stored[id] != 0 -> SET(stored[id] - 1, stored_bits[id]); stored[id] = 0; stored_bits[id] = 0; quiet() }
    od
}
#endif

init
{
    atomic {
        byte i = 0;
        leaf[0] = ALL; leaf[1] = ALL; leaf[2] = ALL;
        do
        :: i < CORES ->
            run cpu(i);
#if MUTANT == BUFFERED_BACK
            run drain(i);
#endif
            i++
        :: else -> break
        od
    }
}

/* SPDX-License-Identifier: MIT */
/* index - the index over the bitmap, two levels of it, never loses a word that has a free frame
 *
 * A tree of words: leaf words of FRAMES frames, FANOUT of them under a word of level 1, FANOUT of those under the top.
 * CORES CPUs make any number of calls. Each call begins with what a search may have led to: a CPU takes any free frame,
 * gives back any taken one, or met an empty word and calls emptied() for it. That is more than any search does, so it
 * holds for every policy. A step of a process is one atomic access.
 *
 * Checked: no frame is taken twice; when no call is under way, the bit of every word that is not 0 is set in the word above.
 *
 * All accesses of the protocol are sequentially consistent, which C11 promises to be interleaving. The mutants HOISTED
 * satisfy a load before the read-modify-write ahead of it, as a CPU may when the load is less than seq_cst; the mutants
 * BUFFERED leave a store in a buffer of one entry that drains when it likes. */

#ifndef MUTANT
#define MUTANT 0
#endif
#define NO_RECHECK        1 /* emptied() does not look at the word again */
#define HOISTED_RECHECK   2 /* emptied() may look at the word before it clears the bit */
#define HOISTED_LOOK      3 /* a free may look at the bit above before its fetch_or */
#define NO_CLIMB          4 /* filled() does not go up */
#define STALE_CLIMB       5 /* filled() goes up by what it loaded, not by what its fetch_or returned */
#define BARE_RESTORE      6 /* emptied() restores the bit without going up */
#define BUFFERED_CLEAR    7 /* emptied() clears the bit by a store that nothing drains */
#define BUFFERED_FREE     8 /* a free sets its bit by a store that nothing drains */
#define SPLIT_ALLOC        9 /* a take loads and stores instead of one fetch_and */
#define SPLIT_SET        10 /* filled() loads and stores instead of one fetch_or */

#ifndef CORES
#define CORES 3
#endif
#ifndef FANOUT
#define FANOUT 2 /* words under a word */
#endif
#ifndef MIDDLES
#define MIDDLES 1 /* words of level 1 */
#endif
#ifndef FRAMES
#define FRAMES 2 /* bits of a leaf word */
#endif

#define LEAVES (FANOUT * MIDDLES)
#define TOP    (LEAVES + MIDDLES)
#define WORDS  (TOP + 1)
#define ALL    ((1 << FRAMES) - 1)

/* The words of all levels in one array: first the leaves, then level 1, then the top. */
#define PARENT(x)   ((x) < LEAVES -> LEAVES + (x) / FANOUT : TOP)
#define BIT(x)      (1 << ((x) < LEAVES -> (x) % FANOUT : (x) - LEAVES))
#define CLEAR(x, m) word[x] = word[x] & (255 - (m))
#define SET(x, m)   word[x] = word[x] | (m)

byte word[WORDS];
byte held[LEAVES]; /* ghost: frames that callers have */
byte busy;         /* ghost: calls under way, and stores in buffers */

#if MUTANT == BUFFERED_CLEAR || MUTANT == BUFFERED_FREE
byte stored[CORES]; /* a word, plus 1, whose bits stored_bits[] are about to change in memory; 0: the buffer is empty */
byte stored_bits[CORES];
#endif

inline quiet()
{
    busy--;
    if
    :: busy == 0 ->
        x = 0;
        do
        :: x < TOP -> assert(word[x] == 0 || (word[PARENT(x)] & BIT(x))); x++
        :: else -> break
        od
    :: else
    fi;
    x = 0; m = 0; last = 0
}

inline any_leaf() { x = 0; do :: x + 1 < LEAVES -> x++ :: break od }
inline any_word() { x = 0; do :: x + 1 < TOP -> x++ :: break od }
inline any_frame() { m = 1; do :: m * 2 <= ALL -> m = m * 2 :: break od }

proctype cpu(byte id)
{
    byte x;    /* the word at hand */
    byte m;    /* bits of it, or a value loaded from it */
    bit last;  /* what emptied() cleared was the last bit */
#if MUTANT == SPLIT_ALLOC || MUTANT == SPLIT_SET
    byte old;
#endif

idle:
    atomic { /* choose a call and make its first access; what cannot begin changes nothing */
        if
        :: any_leaf(); any_frame();
            if
            :: word[x] & m -> /* to take a bit that is clear changes nothing */
                busy++;
#if MUTANT == SPLIT_ALLOC
                old = word[x];
                goto alloc
#else
                assert(!(held[x] & m));
                held[x] = held[x] | m;
                CLEAR(x, m);
                m = 0;
                if
                :: word[x] == 0 -> goto emptied
                :: else -> quiet()
                fi
#endif
            :: else
            fi
        :: any_leaf(); any_frame();
            if
            :: held[x] & m ->
                busy++;
                held[x] = held[x] & (255 - m);
#if MUTANT == HOISTED_LOOK
                goto look
#elif MUTANT == BUFFERED_FREE
                goto store
#else
                SET(x, m);
                last = (word[x] == m);
                m = 0;
                if
                :: last -> last = 0; goto filled
                :: else -> quiet()
                fi
#endif
            :: else
            fi
        :: any_word();
            if
            :: word[x] == 0 -> busy++; m = 0; goto emptied
            :: else
            fi
        fi;
        x = 0; m = 0;
        goto idle
    };

#if MUTANT == SPLIT_ALLOC
alloc:
    atomic {
        assert(!(held[x] & m));
        held[x] = held[x] | m;
        word[x] = old & (255 - m);
        m = 0;
        old = 0;
        if
        :: word[x] == 0 -> goto emptied
        :: else -> quiet(); goto idle
        fi
    };
#endif
#if MUTANT == HOISTED_LOOK
look:
    last = ((word[PARENT(x)] & BIT(x)) != 0);
    atomic {
        last = (word[x] == 0 && !last);
        SET(x, m);
        m = 0;
        if
        :: last -> last = 0; goto filled_set
        :: else -> quiet(); goto idle
        fi
    };
#endif
#if MUTANT == BUFFERED_FREE
store:
    atomic {
        stored[id] == 0 ->
        busy++;
        stored[id] = x + 1;
        stored_bits[id] = m;
        last = (word[x] == 0);
        m = 0;
        if
        :: last -> last = 0; goto filled
        :: else -> quiet(); goto idle
        fi
    };
#endif

emptied: /* the word x was seen empty */
#if MUTANT == HOISTED_RECHECK
    m = word[x];
#endif
#if MUTANT == BUFFERED_CLEAR
    atomic {
        stored[id] == 0 ->
        busy++;
        stored[id] = PARENT(x) + 1;
        stored_bits[id] = BIT(x);
        last = (word[PARENT(x)] == BIT(x))
    };
#else
    atomic {
        last = (word[PARENT(x)] == BIT(x));
        CLEAR(PARENT(x), BIT(x))
    };
#endif
    atomic {
#if MUTANT != NO_RECHECK && MUTANT != HOISTED_RECHECK
        m = word[x];
#endif
        if
        :: m != 0 ->
            m = 0;
            last = 0;
#if MUTANT == BARE_RESTORE
            SET(PARENT(x), BIT(x));
            quiet();
            goto idle
#else
            goto filled
#endif
        :: m == 0 && last && PARENT(x) != TOP -> x = PARENT(x); last = 0; goto emptied
        :: else -> quiet(); goto idle
        fi
    };

filled: /* the word x was seen filled */
    atomic {
#if MUTANT == STALE_CLIMB || MUTANT == SPLIT_SET
        m = word[PARENT(x)];
#endif
        if
        :: word[PARENT(x)] & BIT(x) -> quiet(); goto idle
        :: else
        fi
    };
filled_set:
    atomic {
#if MUTANT == STALE_CLIMB
        last = (m == 0);
#else
        last = (word[PARENT(x)] == 0);
#endif
#if MUTANT == SPLIT_SET
        word[PARENT(x)] = m | BIT(x);
#else
        SET(PARENT(x), BIT(x));
#endif
        m = 0;
#if MUTANT == NO_CLIMB
        last = 0;
#endif
        if
        :: last && PARENT(x) != TOP -> x = PARENT(x); last = 0; goto filled
        :: else -> quiet(); goto idle
        fi
    }
}

#if MUTANT == BUFFERED_CLEAR || MUTANT == BUFFERED_FREE
proctype drain(byte id)
{
    byte x;
    byte m;
    bit last;
end:
    do
    :: atomic {
        stored[id] != 0 ->
#if MUTANT == BUFFERED_CLEAR
        CLEAR(stored[id] - 1, stored_bits[id]);
#else
        SET(stored[id] - 1, stored_bits[id]);
#endif
        stored[id] = 0;
        stored_bits[id] = 0;
        quiet()
    }
    od
}
#endif

init
{
    atomic {
        byte i = 0;
        do /* all frames free */
        :: i < LEAVES -> word[i] = ALL; SET(PARENT(i), BIT(i)); i++
        :: i >= LEAVES && i < TOP -> SET(TOP, BIT(i)); i++
        :: i == TOP -> break
        od;
        i = 0;
        do
        :: i < CORES ->
            run cpu(i);
#if MUTANT == BUFFERED_CLEAR || MUTANT == BUFFERED_FREE
            run drain(i);
#endif
            i++
        :: else -> break
        od
    }
}

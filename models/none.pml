/* SPDX-License-Identifier: MIT */
/* none - a request for NEED frames fails only if at some instant of the call fewer were free
 *
 * Two words of two frames, any of them taken at first. The CPUs make up to CALLS calls together: a take, which finds a free
 * frame or misses it as a stale index may, and then goes by the rule for "none"; a free; or a claim of a run over both
 * words, which gives the first back when the second fails. With NEED more than 1 the request may be met by one frame as well, which
 * stands for single takes. The look counts frames, as a word's bits are not moved. The sum that an answer was given for is remembered.
 *
 * Weak order. The loads of a scan are taken in any order; only the two fences separate sums and scan. A
 * count is a store that waits in a buffer until the CPU's next read-modify-write or fence, or for as long as it likes.
 *
 * Ghosts. A frame is free from the moment that its free has been counted, or that somebody took it again, whichever is
 * first: until then its free has not returned as far as another CPU can tell. A claim under way has what it has taken.
 * `asked` are the CPUs whose take is under way, `seen` those of them whose call has seen an instant without a free frame. */

#ifndef MUTANT
#define MUTANT 0
#endif
#define NO_COMPARE         1 /* the sums before and after the scan need not be equal */
#define COUNT_FIRST        2 /* a free is counted before its fetch_or */
#define HOISTED_SUM        3 /* no fence behind the scan: the second sum may be read before a word is */
#define SUNK_SUM           4 /* no fence before the scan: the first sum may be read after a word was */
#define UNCOUNTED_ROLLBACK 5 /* what a failed claim gives back is not counted */
#define EAGER_MEMO         6 /* the sum is remembered though it moved during the scan */
#define HALF_SCAN          7 /* the scan stops after a word */
#define SPLIT_COUNT        8 /* a count is a load and a store, and CPUs share a slot */
#define UNCOUNTED_FREE     9 /* only a free into an empty word is counted */

#ifndef CORES
#define CORES 3
#endif
#ifndef CALLS
#if MUTANT == SPLIT_COUNT
#define CALLS 5
#else
#define CALLS 4 /* of all CPUs together */
#endif
#endif
#ifndef SLOTS
#define SLOTS (MUTANT == SPLIT_COUNT -> 1 : CORES) /* CPUs with a wrong number share one */
#endif
#ifndef NEED
#define NEED 1
#endif
#ifndef MEMO_FIRST
#define MEMO_FIRST 0 /* what is remembered is loaded before the slots are, or after */
#endif
#ifndef STRICT
#define STRICT 0 /* what a claim has that is going to fail counts as free: more than the rule promises */
#endif

#define WORDS      2
#define ALL        3
#define SLOT       (id % (SLOTS))
#define EVERY_WORD (MUTANT == HALF_SCAN -> 1 : ALL)
#define NOTHING    255

/* Ghost states of a frame; FREED + id: freed by a call of that CPU that has not been counted. */
#define HELD    0
#define CLAIMED 1
#define FREE    2
#define FREED   3

byte leaf[WORDS];
byte frees[CORES];         /* the slots */
byte left = CALLS;
bool counting[CORES];      /* a count waits in the CPU's store buffer */
byte memo = NOTHING;       /* the sum that "none" was found for */
byte state[WORDS * 2];     /* ghosts from here on */
byte nfree;
byte asked;
byte seen;

inline gone() /* in ghost terms: a frame stopped being free */
{
    nfree--;
    if
    :: nfree < NEED -> seen = seen | asked
    :: else
    fi
}

inline flush(cpu_) /* in ghost terms: frees of a CPU take effect */
{
    i = 0;
    do
    :: i < WORDS * 2 ->
        if
        :: state[i] == FREED + cpu_ -> state[i] = FREE; nfree++
        :: else
        fi;
        i++
    :: else -> i = 0; break
    od
}

inline drain(cpu_) /* what a read-modify-write, a fence or time does to a store buffer */
{
    if
    :: counting[cpu_] ->
        counting[cpu_] = false;
        frees[cpu_ % (SLOTS)]++;
        flush(cpu_)
    :: else
    fi
}

inline any_frame() { if :: f = 0 :: f = 1 :: f = 2 :: f = 3 fi }

inline clear(to) /* the fetch_and of frame f */
{
    assert(state[f] >= FREE);
    leaf[f / 2] = leaf[f / 2] & (255 - (1 << (f % 2)));
#if STRICT
    if
    :: state[f] == FREE && to == HELD -> state[f] = to; gone()
    :: state[f] == FREE && to == CLAIMED -> state[f] = to
    :: else -> state[f] = to; nfree = nfree + (to == CLAIMED)
    fi
#else
    if
    :: state[f] == FREE -> state[f] = to; gone()
    :: else -> state[f] = to
    fi
#endif
}

inline set() /* the fetch_or of frame f */
{
#if STRICT
    if
    :: state[f] == CLAIMED -> nfree--
    :: else
    fi;
#endif
    whole_word = (leaf[f / 2] != 0);
    leaf[f / 2] = leaf[f / 2] | (1 << (f % 2));
#if STRICT
    if
    :: state[f] == CLAIMED -> state[f] = FREE; nfree++
    :: else -> state[f] = FREED + id
    fi;
#else
    state[f] = FREED + id;
#endif
    f = 0
}

proctype cpu(byte id)
{
    byte f;          /* the frame at hand */
    byte slots;      /* slots that the first sum has yet to read, the last one first */
    byte words;      /* words that the scan has not read */
    byte more;       /* slots that the second sum has yet to read */
    byte before;     /* the first sum */
    byte after;      /* the second */
    byte remembered;
    byte amount;     /* frames that the look has seen */
    byte i;
    bool whole_word; /* the freed frame's word had others */

idle:
    atomic {
        whole_word = false;
        f = 0;
        if
        :: left == 0 -> goto finished
        :: else -> left--
        fi;
        if
        :: asked = asked | (1 << id);
            if
            :: nfree < NEED -> seen = seen | (1 << id)
            :: else
            fi;
            goto search
        :: any_frame();
            if
            :: state[f] == HELD -> state[f] = FREED + CORES; goto free /* nobody else frees it now */
            :: else -> f = 0; goto idle
            fi
        :: f = 1; goto claim
        fi
    };

search:
    atomic { /* a hint leads to a free frame, or to none */
        if
        :: any_frame();
            if
            :: leaf[f / 2] & (1 << (f % 2)) ->
                drain(id);
                clear(HELD);
                f = 0;
                goto took
            :: else -> f = 0
            fi
        :: true
        fi;
        slots = SLOTS; words = EVERY_WORD; more = SLOTS; before = 0; after = 0; amount = 0;
#if !MEMO_FIRST
        goto load
#endif
    };
#if MEMO_FIRST
    remembered = memo;
#endif

load: /* take one of the loads that may be next */
    atomic {
        if
        :: slots != 0 -> slots--; before = before + frees[slots] + (slots == SLOT && counting[id]) /* its own store it sees */
        :: (words & 1) && (MUTANT == SUNK_SUM || slots == 0) ->
            words = words - 1;
            amount = amount + (leaf[0] & 1) + (leaf[0] >> 1);
            if
            :: amount >= NEED -> goto found
            :: else
            fi
        :: (words & 2) && (MUTANT == SUNK_SUM || slots == 0) ->
            words = words - 2;
            amount = amount + (leaf[1] & 1) + (leaf[1] >> 1);
            if
            :: amount >= NEED -> goto found
            :: else
            fi
        :: more != 0 && slots == 0 && (MUTANT == HOISTED_SUM || words == 0) -> more--; after = after + frees[more]
        fi;
        if
        :: slots == 0 && words == EVERY_WORD && more == SLOTS -> goto known
        :: slots == 0 && words == 0 && more == 0 -> goto compare
        :: else -> goto load
        fi
    };

known: /* the first sum is known: was there none for it? */
    atomic {
#if !MEMO_FIRST
        remembered = memo;
#endif
        if
        :: remembered == before && memo != NOTHING -> goto none
        :: else -> remembered = 0; drain(id); goto load /* the fence */
        fi
    };

compare:
    atomic {
        if
#if MUTANT == NO_COMPARE
        :: true
#else
        :: before == after
#endif
            -> memo = after; goto none
        :: else ->
#if MUTANT == EAGER_MEMO
            memo = after;
#endif
            goto found
        fi
    };

found: /* search again */
    atomic {
        slots = 0; words = 0; more = 0; before = 0; after = 0; amount = 0;
        goto search
    };

none:
    atomic {
        assert(seen & (1 << id));
        slots = 0; words = 0; more = 0; before = 0; after = 0; amount = 0; remembered = 0;
    };
took:
    atomic {
        asked = asked & (255 - (1 << id));
        seen = seen & (255 - (1 << id));
        goto idle
    };

free:
#if MUTANT == COUNT_FIRST
    atomic { drain(id); frees[SLOT]++ };
#endif
    atomic { drain(id); set() };
    goto count;

claim: /* frames 1 and 2, a word each */
    atomic {
        if
        :: leaf[0] & 2 -> drain(id); clear(CLAIMED)
        :: else -> goto idle
        fi
    };
    atomic {
        f = 2;
        if
        :: leaf[1] & 1 ->
            clear(CLAIMED);
            state[1] = HELD;
            state[2] = HELD;
            f = 0;
#if STRICT
            gone();
            gone();
#endif
            goto idle
        :: else -> f = 1
        fi
    };
    atomic { set() };
#if MUTANT == UNCOUNTED_ROLLBACK
    atomic { flush(id); goto idle };
#endif

count:
#if MUTANT == SPLIT_COUNT
    i = frees[SLOT];
    atomic { frees[SLOT] = i + 1; flush(id) };
#elif MUTANT == COUNT_FIRST
    atomic { flush(id) };
#elif MUTANT == UNCOUNTED_FREE
    atomic {
        if
        :: whole_word -> flush(id)
        :: else -> counting[id] = true
        fi
    };
#else
    counting[id] = true;
#endif
    goto idle;

finished:
    skip
}

proctype buffer(byte id)
{
    byte i;
end:
    do
    :: atomic { counting[id] -> drain(id) }
    od
}

init
{
    atomic {
        byte n = 0;
        do
        :: n < WORDS * 2 ->
            if
            :: state[n] = HELD
            :: state[n] = FREE; leaf[n / 2] = leaf[n / 2] | (1 << (n % 2)); nfree++
            fi;
            n++
        :: else -> break
        od;
        n = 0;
        do
        :: n < CORES -> run cpu(n); run buffer(n); n++
        :: else -> break
        od
    }
}

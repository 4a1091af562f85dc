/* SPDX-License-Identifier: MIT */
/* full - one bit as the truth of a full word, so that a huge frame is allocated by one access: a plan, not yet the code
 *
 * A huge frame of two words of two frames. A full bit stands for all frames of its word: while it is set they are free and
 * the word is 0. Both full bits lie in one location. The CPUs make up to CALLS calls together: an allocation of a frame, from
 * a word or by opening a full bit, which may miss both as a stale index may, and then goes by the rule for "none"; a free of
 * a frame; a claim of the huge frame, by the full bits and, where one is missing, by a word of ones; a free of the huge
 * frame. No call closes a word: frees of the huge frame and rollbacks alone set full bits. With NEED 4 the call that may
 * answer "none" is the claim.
 *
 * Opening. The call marks its slot, clears the full bit, and so owns the word; sets the word but for its own frame; counts
 * a free; clears the mark. A look that then sees a mark answers "busy".
 *
 * Weak order, and ghosts: those of none.pml. A frame that moves from a full bit to its word counts as free all the while.
 * A claim under way has what it has taken. */

#ifndef MUTANT
#define MUTANT 0
#endif
#define WORD_FIRST         1 /* the word is set before the full bit is clear */
#define NO_MARK            2 /* an opener leaves no mark */
#define LATE_MARK          3 /* it marks after it has cleared the full bit */
#define EARLY_UNMARK       4 /* it clears the mark before it has set the word */
#define UNMARK_FIRST       5 /* it clears the mark before it has counted */
#define UNCOUNTED_OPEN     6 /* it counts no free */
#define MARKS_FIRST        7 /* the marks are read before the words */
#define HOISTED_MARKS      8 /* no fence behind the look: the marks may be read before a word is */
#define LATE_MARKS         9 /* the second sum is read before the marks */
#define UNCOUNTED_ROLLBACK 10 /* what a failed claim gives back is not counted */
#define SPLIT_TAKE         11 /* full bits are taken by a load and a store */
#define BLIND_LOOK         12 /* the look reads words only */
#define STOLEN_WORD        13 /* an opener sets all of its word, its own frame too */

#ifndef CORES
#define CORES 3
#endif
#ifndef CALLS
#define CALLS 3 /* of all CPUs together */
#endif
#ifndef NEED
#define NEED 1 /* 1: a frame. 4: the huge frame */
#endif

#define WORDS   2
#define FRAMES  4
#define FULL    4 /* the look's bit of the location of full bits; 1 and 2 are its words */
#define PASS    (MUTANT == BLIND_LOOK -> 3 : 7)
#define MAY_READ_MARKS ((pass == 0 || MUTANT == MARKS_FIRST || MUTANT == HOISTED_MARKS) && (MUTANT != LATE_MARKS || more == 0))

/* Ghost states of a frame; FREED + id: freed by a call of that CPU that has not been counted. */
#define HELD    0
#define CLAIMED 1
#define FREE    2
#define FREED   3

byte packed;          /* full bits, one for each word */
byte leaf[WORDS];
byte frees[CORES];    /* the slots: frees, and marks of openers */
byte marks[CORES];
byte left = CALLS;
bool counting[CORES]; /* a count waits in the CPU's store buffer */
byte state[FRAMES];   /* ghosts from here on */
byte nfree;
byte asked;
byte seen;

inline gone() /* in ghost terms: frames stopped being free */
{
    if
    :: nfree < NEED -> seen = seen | asked
    :: else
    fi
}

inline settle(frame_, cpu_)
{
    if
    :: state[frame_] == FREED + cpu_ -> state[frame_] = FREE; nfree++
    :: else
    fi
}

inline flush(cpu_) /* in ghost terms: frees of a CPU take effect */
{
    settle(0, cpu_); settle(1, cpu_); settle(2, cpu_); settle(3, cpu_)
}

inline lose(frame_, to_) /* frame_ stops being free: a frame that is not free must not be had */
{
    assert(state[frame_] >= FREE);
    if
    :: state[frame_] == FREE -> nfree--
    :: else
    fi;
    state[frame_] = to_
}

inline lose_word(word_, to_) { lose(word_ * 2, to_); lose(word_ * 2 + 1, to_) }

inline hold() /* in ghost terms: the claim has succeeded */
{
    state[0] = HELD; state[1] = HELD; state[2] = HELD; state[3] = HELD
}

inline any_frame() { if :: f = 0 :: f = 1 :: f = 2 :: f = 3 fi }

inline end_call()
{
    asked = asked & (255 - (1 << id));
    seen = seen & (255 - (1 << id));
    f = 0; got = 0
}

proctype cpu(byte id)
{
    byte f;      /* the frame at hand */
    byte got;    /* full bits that a claim has taken, a bit 4 more for each word */
    byte slots;  /* slots that the first sum has yet to read */
    byte pass;   /* locations that the look has not read */
    byte marked; /* marks that it has not read */
    byte more;   /* slots that the second sum has yet to read */
    byte before;
    byte after;
    byte view;   /* frames that the look has seen, a bit for each */

idle:
    atomic {
        f = 0;
        if
        :: left == 0 -> goto finished
        :: else -> left--
        fi;
        if
        :: NEED == 1 -> asked = asked | (1 << id); gone(); goto search
        :: NEED == 4 -> goto open /* an allocation that is not answered */
        :: any_frame();
            if
            :: state[f] == HELD -> state[f] = FREED + CORES; goto free /* nobody else frees it now */
            :: else -> f = 0; goto idle
            fi
        :: NEED == 1 -> goto claim
        :: NEED == 4 -> asked = asked | (1 << id); gone(); goto claim
        :: state[0] == HELD && state[1] == HELD && state[2] == HELD && state[3] == HELD ->
            state[0] = FREED + CORES; state[1] = FREED + CORES; state[2] = FREED + CORES; state[3] = FREED + CORES;
            goto free_huge
        fi
    };

search: /* a hint leads to a free frame, or to a full bit, or to neither */
    atomic {
        if
        :: any_frame();
            if
            :: !counting[id] && (leaf[f / 2] & (1 << (f % 2))) ->
                leaf[f / 2] = leaf[f / 2] & (255 - (1 << (f % 2)));
                lose(f, HELD);
                gone();
                goto took
            :: else -> f = 0
            fi
        :: goto open
        :: true
        fi;
        goto look
    };

open: /* frame f of a word whose full bit was seen */
    atomic {
        !counting[id]; /* as before each read-modify-write */
        any_frame();
        if
        :: (packed & (1 << (f / 2))) == 0 -> goto missed
        :: else
        fi;
#if MUTANT != NO_MARK && MUTANT != LATE_MARK
        marks[id]++
#endif
    };
#if MUTANT == WORD_FIRST
    atomic { leaf[f / 2] = 3 - (1 << (f % 2)) };
#endif
    atomic {
        if
        :: packed & (1 << (f / 2)) -> packed = packed & (255 - (1 << (f / 2))); lose(f, HELD); gone()
        :: else ->
#if MUTANT != NO_MARK && MUTANT != LATE_MARK
            marks[id]--;
#endif
            goto missed
        fi
    };
#if MUTANT == LATE_MARK
    atomic { marks[id]++ };
#endif
#if MUTANT == EARLY_UNMARK
    atomic { marks[id]-- };
#endif
#if MUTANT == STOLEN_WORD
    atomic { leaf[f / 2] = leaf[f / 2] | 3 };
#elif MUTANT != WORD_FIRST
    atomic { leaf[f / 2] = leaf[f / 2] | (3 - (1 << (f % 2))) };
#endif
#if MUTANT == UNMARK_FIRST
    atomic { marks[id]-- };
#endif
#if MUTANT == UNCOUNTED_OPEN
    skip;
#else
    counting[id] = true;
#endif
#if MUTANT != NO_MARK && MUTANT != EARLY_UNMARK && MUTANT != UNMARK_FIRST
    atomic { !counting[id]; marks[id]-- };
#endif
    goto took;

missed:
    atomic {
        f = 0;
        if
        :: NEED == 1 -> goto look
        :: else -> goto took
        fi
    };

look:
    atomic { slots = CORES; pass = PASS; marked = CORES; more = CORES; before = 0; after = 0; view = 0 };

sum:
    atomic {
        slots--;
        before = before + frees[slots] + (slots == id && counting[id]); /* its own store it sees */
        if
        :: slots != 0 -> goto sum
        :: else
        fi
    };
    !counting[id]; /* the fence */

load: /* take one of the loads that may be next */
    atomic {
        if
        :: (pass & 1) && (MUTANT != MARKS_FIRST || marked == 0) -> pass = pass - 1; view = view | leaf[0]
        :: (pass & 2) && (MUTANT != MARKS_FIRST || marked == 0) -> pass = pass - 2; view = view | (leaf[1] << 2)
        :: (pass & FULL) && (MUTANT != MARKS_FIRST || marked == 0) ->
            pass = pass - FULL;
            view = view | ((packed & 1) * 3) | (((packed >> 1) & 1) * 12)
        :: marked != 0 && MAY_READ_MARKS ->
            marked--;
            if
            :: marks[marked] != 0 -> goto again /* "busy" */
            :: else
            fi
        :: pass == 0 && more != 0 && (marked == 0 || MUTANT == LATE_MARKS) ->
            more--;
            after = after + frees[more]
        fi;
        if
        :: view == 15 || (NEED == 1 && view != 0) -> goto again
        :: else
        fi;
        if
        :: pass == 0 && marked == 0 && more == 0 ->
            if
            :: before != after -> goto again
            :: else
            fi
        :: else -> goto load
        fi;
        before = 0; after = 0; view = 0;
        assert(seen & (1 << id)); /* "none" */
        goto took
    };

again: /* to look once more would be as another call */
    atomic { pass = 0; marked = 0; more = 0; before = 0; after = 0; view = 0 };
took:
    atomic { end_call(); goto idle };

free:
    atomic { !counting[id]; leaf[f / 2] = leaf[f / 2] | (1 << (f % 2)); state[f] = FREED + id; f = 0 };
    counting[id] = true;
    goto idle;

free_huge:
    atomic {
        !counting[id];
        assert(packed == 0 && leaf[0] == 0 && leaf[1] == 0);
        packed = packed | 3;
        state[0] = FREED + id; state[1] = FREED + id; state[2] = FREED + id; state[3] = FREED + id
    };
    counting[id] = true;
    goto idle;

claim: /* the huge frame: its full bits first */
#if MUTANT == SPLIT_TAKE
    atomic { !counting[id]; got = packed };
    atomic {
        packed = packed & (255 - got);
#else
    atomic {
        !counting[id];
        got = packed;
        packed = 0;
#endif
        if
        :: got & 1 -> lose_word(0, CLAIMED)
        :: else
        fi;
        if
        :: got & 2 -> lose_word(1, CLAIMED)
        :: else
        fi;
        gone()
    };
    atomic {
        if
        :: (got & 1) == 0 ->
            if
            :: leaf[0] == 3 -> leaf[0] = 0; lose_word(0, CLAIMED); gone(); got = got | 4
            :: else -> goto roll_back
            fi
        :: else
        fi
    };
    atomic {
        if
        :: (got & 2) == 0 ->
            if
            :: leaf[1] == 3 -> leaf[1] = 0; lose_word(1, CLAIMED); gone(); got = got | 8
            :: else -> goto roll_back
            fi
        :: else
        fi;
        hold();
        goto took
    };

roll_back: /* words as full bits, however they were taken: one access */
    atomic {
        if
        :: got == 0 -> goto unclaimed
        :: else
        fi;
        got = (got & 3) | (got >> 2);
        assert((packed & got) == 0);
        packed = packed | got;
        if
        :: got & 1 -> state[0] = FREED + id; state[1] = FREED + id
        :: else
        fi;
        if
        :: got & 2 -> state[2] = FREED + id; state[3] = FREED + id
        :: else
        fi;
        got = 0
    };
#if MUTANT == UNCOUNTED_ROLLBACK
    atomic { flush(id) };
#else
    counting[id] = true;
#endif
unclaimed:
    atomic {
        if
        :: NEED == 4 -> goto look
        :: else -> goto took
        fi
    };

finished:
    skip
}

proctype buffer(byte id) /* each read-modify-write and fence waits until it is empty, as it may be at any moment */
{
end:
    do
    :: atomic { counting[id] -> counting[id] = false; frees[id]++; flush(id) }
    od
}

init
{
    atomic {
        byte n = 0;
        do
        :: n < WORDS ->
            if
            :: leaf[n] = 0
            :: leaf[n] = 1; state[n * 2] = FREE; nfree++
            :: leaf[n] = 3; state[n * 2] = FREE; state[n * 2 + 1] = FREE; nfree = nfree + 2
            :: packed = packed | (1 << n); state[n * 2] = FREE; state[n * 2 + 1] = FREE; nfree = nfree + 2
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

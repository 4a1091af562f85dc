/* SPDX-License-Identifier: MIT */
/* group - CPUs that claim groups for themselves cost nobody a frame
 *
 * Some groups of one word of FRAMES frames; a bit per group says that a CPU has claimed it. A CPU takes from its group;
 * when that is empty it moves to an unclaimed group with a free frame, then enters claimed ones, then goes by the rule for
 * "none". It may stop for ever between two calls, or in the middle of a move. Three CPUs, any number of calls.
 *
 * Checked: no frame is taken twice; "none" only after an instant without a free frame; a claimed group has a CPU in it, or
 * one that is about to leave it; and nobody waits for a CPU that stopped, which shows as an invalid end state.
 *
 * The two sums of the "none" rule are one bit here: whether a free was counted since the first (none.pml has the sums). */

#ifndef MUTANT
#define MUTANT 0
#endif
#define SCAN_UNCLAIMED 1 /* the last scan leaves claimed groups out */
#define NO_SCAN        2 /* none as soon as no group that it looked into had a frame */
#define SPLIT_ALLOC     3 /* a CPU takes from its own group by load and store */
#define NEVER_LEAVE    4 /* a CPU that moves leaves its old claim behind */
#define SPLIT_LEAVE    5 /* a CPU leaves its old group by load and store */
#define WAIT           6 /* a CPU waits for a claimed group to be left */
#define NO_COMPARE     7 /* the scan's answer counts although a free was counted meanwhile */

#ifndef CORES
#define CORES 3
#endif
#ifndef FRAMES
#define FRAMES 1
#endif
#ifndef GROUPS
#define GROUPS 3
#endif
#ifndef CALLS
#if MUTANT == NO_COMPARE
#define CALLS 0
#else
#define CALLS 5 /* of all CPUs together; 0: any number */
#endif
#endif
#define NOWHERE  GROUPS
#define ALL      ((1 << FRAMES) - 1)
#define CLEAR(x) word[x] = word[x] & (255 - m)

/* Ghost states of a frame; FREED + id: freed by a call of that CPU that has not been counted. */
#define HELD  0
#define FREE  1
#define FREED 2

byte word[GROUPS];
byte claimed;
byte state[GROUPS * FRAMES]; /* ghosts from here on */
byte nfree = GROUPS * FRAMES;
byte inside[3];              /* groups that a CPU has claimed and not left */
byte asked;                  /* CPUs whose take is under way */
byte seen;                   /* those of them whose call has seen an instant without a free frame */
#if CALLS
byte left = CALLS;
#endif
byte counted;                /* CPUs that a free was counted for since their first sum */

inline lowest() /* bit of word g */
{
    m = (word[g] & 1 -> 1 : 2)
}

inline allocated()
{
    assert(state[g * FRAMES + m / 2] >= FREE);
    if
    :: state[g * FRAMES + m / 2] == FREE ->
        nfree--;
        if
        :: nfree == 0 -> seen = seen | asked
        :: else
        fi
    :: else
    fi;
    state[g * FRAMES + m / 2] = HELD
}

inline somebody_inside()
{
    assert((claimed & (255 - (inside[0] | inside[1] | inside[2]))) == 0)
}

proctype cpu(byte id)
{
    byte mine = NOWHERE;
    byte g;    /* the group at hand */
    byte m;    /* a bit of its word */
    byte view; /* what it loaded of `claimed` */
    byte old;

idle:
    atomic {
#if CALLS
        if
        :: left == 0 -> goto stopped
        :: else -> left--
        fi;
#endif
        if
        :: asked = asked | (1 << id);
            if
            :: nfree == 0 -> seen = seen | (1 << id)
            :: else
            fi;
            goto own
        :: g = 0;
            do
            :: g < GROUPS - 1 -> g++
            :: break
            od;
            m = 1;
            if
            :: FRAMES == 2 -> m = 2
            :: true
            fi;
            if
            :: state[g * FRAMES + m / 2] == HELD ->
                state[g * FRAMES + m / 2] = FREED + id;
                word[g] = word[g] | m;
                g = 0;
                m = 0;
                goto count
            :: else -> g = 0; m = 0; goto idle
            fi
        :: goto stopped
        fi
    };

count:
    atomic {
        do
        :: g < GROUPS * FRAMES ->
            if
            :: state[g] == FREED + id -> state[g] = FREE; nfree++
            :: else
            fi;
            g++
        :: else -> break
        od;
        g = 0;
        counted = 255;
        goto idle
    };

own:
    atomic {
        g = mine;
        if
        :: mine != NOWHERE && word[g] != 0 ->
#if MUTANT == SPLIT_ALLOC
            old = word[g];
            lowest();
            goto store
#else
            lowest();
            allocated();
            CLEAR(g);
            goto done
#endif
        :: else -> view = claimed; g = 0; goto look
        fi
    };

#if MUTANT == SPLIT_ALLOC
store:
    atomic { allocated(); word[g] = old & (255 - m); old = 0; goto done };
#endif

look: /* for an unclaimed group, a load each */
    atomic {
        if
        :: g == GROUPS -> g = 0; goto enter
        :: g < GROUPS && !(view & (1 << g)) && word[g] != 0 -> view = 0; goto move
        :: else -> g++; goto look
        fi
    };

move:
    atomic { claimed = claimed | (1 << g); inside[id] = inside[id] | (1 << g); somebody_inside() };
    if
    :: goto stopped
    :: mine == NOWHERE
#if MUTANT == SPLIT_LEAVE
    :: mine != NOWHERE && mine != g -> old = claimed;
        atomic { claimed = old & (255 - (1 << mine)); inside[id] = 1 << g; old = 0; somebody_inside() }
#else
    :: mine != NOWHERE && mine != g ->
        atomic {
#if MUTANT != NEVER_LEAVE
            claimed = claimed & (255 - (1 << mine));
#endif
            inside[id] = 1 << g;
            somebody_inside()
        }
#endif
    :: mine == g /* it left a group that others had cleared, and is back */
    fi;
    mine = g;
    goto own;

enter: /* groups of others, a read-modify-write each */
    atomic {
#if MUTANT == WAIT
        !(claimed & (1 << g)) || word[g] == 0 || mine == g ->
#endif
        if
        :: word[g] != 0 -> lowest(); allocated(); CLEAR(g); goto done
        :: word[g] == 0 && g < GROUPS - 1 -> g++; goto enter
        :: else -> g = 0
        fi
    };

#if MUTANT == NO_SCAN
    goto none;
#endif
    atomic { counted = counted & (255 - (1 << id)); view = claimed };
scan:
    atomic {
        if
        :: g == GROUPS -> g = 0
#if MUTANT == SCAN_UNCLAIMED
        :: g < GROUPS && (view & (1 << g)) -> g++; goto scan
        :: g < GROUPS && !(view & (1 << g)) && word[g] == 0 -> g++; goto scan
        :: g < GROUPS && !(view & (1 << g)) && word[g] != 0 -> g = 0; view = 0; goto own
#else
        :: g < GROUPS && word[g] == 0 -> g++; goto scan
        :: g < GROUPS && word[g] != 0 -> g = 0; view = 0; goto own
#endif
        fi;
        view = 0;
#if MUTANT != NO_COMPARE
        if
        :: counted & (1 << id) -> goto own
        :: else
        fi
#endif
    };

none:
    atomic { assert(seen & (1 << id)); g = 0; m = 0 };
done:
    atomic {
        asked = asked & (255 - (1 << id));
        seen = seen & (255 - (1 << id));
        g = 0; m = 0; view = 0;
        goto idle
    };

stopped: /* for ever, wherever it was */
end_stopped:
    false
}

init
{
    atomic {
        byte n = 0;
        do
        :: n < GROUPS * FRAMES -> state[n] = FREE; word[n / FRAMES] = ALL; n++
        :: else -> break
        od;
        n = 0;
        do
        :: n < CORES -> run cpu(n); n++
        :: else -> break
        od
    }
}

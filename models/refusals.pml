/* SPDX-License-Identifier: MIT */
/* refusals - a record of two words that is read and written without waiting
 *
 * Each CPU makes any number of calls, as long as turns are left: it notes a refusal, which is a sum and a request that belongs to
 * it, or it reads the record for a sum. A step is one access. A CPU may stop for ever at any step.
 *
 * Checked: a reader that takes the record for one sum gets the request of that sum.
 *
 * The code's stores of words are releases, so none is visible before the turn is odd, and its loads are in order. The
 * mutants EARLY_WORD and HOISTED_TURN are what weaker ones may do. */

#ifndef MUTANT
#define MUTANT 0
#endif
#define NO_TURN      1 /* a reader does not mind an odd turn */
#define TURN_ONCE    2 /* a reader does not look at the turn again */
#define HOISTED_TURN 3 /* a reader's second look at the turn comes before its load of a word */
#define EARLY_WORD   4 /* a writer's word is visible before the turn is odd */
#define LATE_WORD    5 /* a writer's word is visible after the turn is even again */
#define NO_CAS       6 /* the turn becomes odd by a load and a store: two may write */

#ifndef CORES
#define CORES 3
#endif
#define TURNS 8 /* the turn does not come back */

byte turn;
byte sum;
byte request;

proctype cpu(byte id)
{
    byte before;
    byte value;
    byte seen;
    byte again;

idle:
    atomic {
        before = 0; value = 0; seen = 0; again = 0;
        if
        :: turn + 2 <= TURNS ->
            if
            :: value = 1
            :: value = 2
            :: value = 3
            fi;
            goto write
        :: goto read
        :: goto finished /* or stopped: the same may happen at each step below, as a CPU need not go on */
        fi
    };

write:
    atomic {
        before = turn;
        if
        :: before % 2 != 0 || before + 2 > TURNS -> goto idle
        :: else
        fi
    };
#if MUTANT == EARLY_WORD
    sum = value;
#endif
    atomic { /* the CAS */
        if
#if MUTANT == NO_CAS
        :: true -> turn = before + 1
#else
        :: turn == before -> turn = before + 1
        :: else -> goto idle
#endif
        fi
    };
#if MUTANT != EARLY_WORD
    sum = value;
#endif
#if MUTANT == LATE_WORD
    turn = before + 2;
    request = value;
#else
    request = value;
    turn = before + 2;
#endif
    goto idle;

read:
    atomic {
        before = turn;
        if
#if MUTANT != NO_TURN
        :: before % 2 != 0 -> goto idle
#endif
        :: before == 0 -> goto idle /* it is not live */
        :: else
        fi
    };
    value = sum;
#if MUTANT == HOISTED_TURN
    again = turn;
#endif
    seen = request;
    atomic {
#if MUTANT != HOISTED_TURN
        again = turn;
#endif
        if
#if MUTANT == TURN_ONCE
        :: true -> assert(value == seen)
#else
        :: again == before -> assert(value == seen)
        :: else
#endif
        fi;
        goto idle
    };

finished:
    skip
}

init
{
    atomic {
        byte n = 0;
        do
        :: n < CORES -> run cpu(n); n++
        :: else -> break
        od
    }
}

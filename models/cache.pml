/* SPDX-License-Identifier: MIT */
/* cache - a request fails only if at some instant of the call no frame was free, in core caches neither
 *
 * A word of two frames and one of one, any of them taken at first. The owner of a core cache of one way takes by the cache,
 * swapping a word in if that is empty, gives back to it or to the bitmap, and drains it. Other cores take and free in the
 * bitmap. All together they make up to CALLS calls. Who misses every frame, as a stale index may, goes by the rule for "none":
 * sums of counts and fills, the words, the cache, the sums again. The sum that an answer was given for is remembered.
 *
 * Weak order. The owner's stores wait in a buffer, in order, until its next read-modify-write or fence, or for as long as they
 * like; so do the counts of the others. The loads of a scan are taken in any order; those of the cache in theirs.
 *
 * Ghosts, as in none.pml. A frame is free from the moment that its free has been counted, or is to be seen in the mask and
 * its fill, if it owes one, counted; or that somebody took it again. On its way between bitmap and mask it stays free. */

#ifndef MUTANT
#define MUTANT 0
#endif
#define NO_MOVING       1 /* a word on its way is not announced */
#define LATE_MOVING     2 /* it is announced after the swap */
#define EARLY_ARRIVAL   3 /* and said to have arrived before the mask is written */
#define NO_FILL         4 /* a way that is empty and gets a frame back does not tell */
#define FIRST_LOOK_ONLY 5 /* who asks looks for words on their way before the masks, and not after */
#define LAST_LOOK_ONLY  6 /* or after them, and not before */
#define CACHE_FIRST     7 /* no fence behind the scan: the cache may be read before a word is */
#define UNCOUNTED_DRAIN 8 /* a drain is not counted */
#define NO_COMPARE      9 /* the sums need not be equal */
#define HIDDEN_DRAIN    10 /* a drain does not announce that it moves words */

#ifndef CORES
#define CORES 2 /* the owner is core 0 */
#endif
#ifndef CALLS
#define CALLS 5 /* of all cores together */
#endif

#define FRAMES  3
#define WORDS   2
#define ALL     3
#define NO_WORD WORDS
#define NOTHING 255
#define BIT(f)  (1 << ((f) % 2))
#define LOOKS   (MUTANT == FIRST_LOOK_ONLY -> 2 : 3) /* of who asks: for words on their way, at the mask, and again */

/* Ghost states of a frame; FREED + id: freed by a call of that core that has not taken effect. */
#define HELD  0
#define FREE  1
#define FREED 2

/* What a store of the owner's that waits in its buffer writes. */
#define MOVING 0
#define MASK   1
#define COUNT  2
#define FILL   3

byte leaf[WORDS];
byte mask;                 /* the way's free frames, as others see them */
bool moving;
byte fills;
byte frees[CORES];         /* the slots */
byte left = CALLS;
bool counting[CORES];      /* a count of another core's waits in its store buffer */
chan buffer = [6] of { byte, byte, byte }; /* the owner's: what, its value, the free that takes effect with it */
byte waiting_counts;       /* of these, counts and fills, which the owner itself sees */
byte waiting_fills;
byte memo = NOTHING;       /* the sum that "none" was found for */
byte state[FRAMES];        /* ghosts from here on */
byte times[FRAMES];        /* that the owner has freed the frame */
byte nfree;
byte asked;
byte seen;

#define FREE_OF(f) ((f) + FRAMES * times[f] + 1) /* this free of frame f, never 0 */

inline gone() /* a frame stopped being free */
{
    nfree--;
    if
    :: nfree == 0 -> seen = seen | asked
    :: else
    fi
}

inline taken(f_) /* frame f_ has been taken */
{
    assert(state[f_] >= FREE);
    if
    :: state[f_] == FREE -> gone()
    :: else
    fi;
    state[f_] = HELD
}

inline settle(core_) /* frees of a core take effect */
{
    i = 0;
    do
    :: i < FRAMES ->
        if
        :: state[i] == FREED + core_ -> state[i] = FREE; nfree++
        :: else
        fi;
        i++
    :: else -> i = 0; break
    od
}

inline drain_count(core_)
{
    if
    :: counting[core_] -> counting[core_] = false; frees[core_]++; settle(core_)
    :: else
    fi
}

inline write_one() /* the oldest store of the owner's buffer is done */
{
    buffer?what, value, effect;
    if
    :: what == MOVING -> moving = value
    :: what == MASK -> mask = value
    :: what == COUNT -> frees[0]++; waiting_counts--
    :: what == FILL -> fills++; waiting_fills--
    fi;
    if
    :: effect != 0 && FREE_OF((effect - 1) % FRAMES) == effect && state[(effect - 1) % FRAMES] == FREED ->
        state[(effect - 1) % FRAMES] = FREE;
        nfree++
    :: else
    fi;
    what = 0; value = 0; effect = 0
}

inline write_all()
{
    do
    :: nempty(buffer) -> write_one()
    :: empty(buffer) -> break
    od
}

inline begin_asking(id_)
{
    asked = asked | (1 << id_);
    if
    :: nfree == 0 -> seen = seen | (1 << id_)
    :: else
    fi
}

inline end_asking(id_)
{
    asked = asked & (255 - (1 << id_));
    seen = seen & (255 - (1 << id_))
}

inline any_frame() { if :: f = 0 :: f = 1 :: f = 2 fi }

/* A core's own stores are in what it loads, whether they have left its buffer or not. */
#define OWN_COUNT(id_, of_) (id_ == of_ -> (id_ == 0 -> waiting_counts : counting[id_]) : 0)
#define OWN_FILLS(id_)      (id_ == 0 -> waiting_fills : 0)

/* The rule for "none": the first sum, and whether there was none for it; goes to none if so. */
inline add_up(id_)
{
    atomic { slots = CORES + 1; before = 0 };
    do
    :: atomic { slots > 1 -> slots--; before = before + frees[slots - 1] + OWN_COUNT(id_, slots - 1) }
    :: atomic { slots == 1 -> slots = 0; before = before + fills + OWN_FILLS(id_) }
    :: atomic {
        slots == 0 ->
        if
        :: memo == before && memo != NOTHING -> goto none
        :: else -> break
        fi }
    od
}

/* After the fence: words and cache, and the sums again. Goes to none, held or found. */
inline look(id_)
{
    atomic { words = ALL; looks = 0; more = CORES + 1; after = 0; some = false };
    do
    :: atomic {
        words & 1 -> words = words - 1;
        if
        :: leaf[0] != 0 -> goto found
        :: else
        fi }
    :: atomic {
        words & 2 -> words = words - 2;
        if
        :: leaf[1] != 0 -> goto found
        :: else
        fi }
    :: atomic {
        looks < LOOKS && (MUTANT == CACHE_FIRST || words == 0) ->
        if
        :: looks == 1 -> some = some || mask != 0
        :: looks == 0 && MUTANT == LAST_LOOK_ONLY
        :: else -> some = some || moving
        fi;
        looks++ }
    :: atomic { words == 0 && looks == LOOKS && more > 1 -> more--; after = after + frees[more - 1] }
    :: atomic { words == 0 && looks == LOOKS && more == 1 -> more = 0; after = after + fills }
    :: atomic {
        more == 0 ->
        if
        :: before != after && MUTANT != NO_COMPARE -> goto found
        :: else
        fi;
        if
        :: some -> goto held
        :: else -> memo = after; goto none
        fi }
    od
}

inline forget()
{
    slots = 0; words = 0; looks = 0; more = 0; before = 0; after = 0; some = false
}

proctype owner()
{
    byte way = NO_WORD; /* the word that the way holds */
    byte way_mask;      /* its free frames */
    byte f;
    byte w;
    byte slots;
    byte words;
    byte looks;
    byte more;
    byte before;
    byte after;
    bool some;
    byte what;
    byte value;
    byte effect;

idle:
    atomic {
        f = 0; w = 0;
        if
        :: left == 0 -> goto finished
        :: else -> left--
        fi;
        if
        :: begin_asking(0); goto take
        :: any_frame();
            if
            :: state[f] == HELD -> state[f] = FREED + CORES; goto free /* nobody else frees it now */
            :: else -> left++; goto idle
            fi
        :: way != NO_WORD -> goto drain
        fi
    };

take:
    atomic {
        if
        :: way_mask == 0 -> goto search
        :: way_mask & 1 -> f = way * 2; way_mask = way_mask - 1
        :: way_mask & 2 -> f = way * 2 + 1; way_mask = way_mask - 2
        fi;
        taken(f);
        buffer!MASK, way_mask, 0;
        end_asking(0);
        goto idle
    };

search: /* a hint leads to a word with a free frame, or to none */
    atomic {
        if
        :: leaf[0] != 0 -> w = 0
        :: leaf[1] != 0 -> w = 1
        :: goto rule
        fi;
        way = NO_WORD
    };
#if MUTANT != NO_MOVING && MUTANT != LATE_MOVING
    buffer!MOVING, 1, 0;
#endif
    atomic { /* the swap */
        write_all();
        way = w;
        way_mask = leaf[w];
        leaf[w] = 0
    };
#if MUTANT == LATE_MOVING
    buffer!MOVING, 1, 0;
#endif
#if MUTANT == EARLY_ARRIVAL
    buffer!MOVING, 0, 0;
#endif
    buffer!MASK, way_mask, 0;
#if MUTANT != EARLY_ARRIVAL && MUTANT != NO_MOVING
    buffer!MOVING, 0, 0;
#endif
    goto take;

rule:
    add_up(0);
    atomic { write_all() }; /* the fence */
    look(0);

found:
    atomic { forget(); goto search };

none:
    atomic { assert(seen & 1) };
held:
    atomic { forget(); end_asking(0); goto idle };

free:
    atomic {
        times[f]++;
        state[f] = FREED;
        if
        :: f / 2 != way -> /* the fetch_or */
            write_all();
            leaf[f / 2] = leaf[f / 2] | BIT(f);
            goto count
        :: f / 2 == way && way_mask != 0 ->
            way_mask = way_mask | BIT(f);
            buffer!MASK, way_mask, FREE_OF(f);
            goto idle
        :: f / 2 == way && way_mask == 0 ->
            way_mask = BIT(f);
#if MUTANT == NO_FILL
            buffer!MASK, way_mask, FREE_OF(f);
            goto idle
#else
            buffer!MASK, way_mask, 0
#endif
        fi
    };
    atomic { buffer!FILL, 0, FREE_OF(f); waiting_fills++; goto idle };

count:
    atomic { buffer!COUNT, 0, FREE_OF(f); waiting_counts++; goto idle };

drain:
#if MUTANT != HIDDEN_DRAIN && MUTANT != NO_MOVING
    buffer!MOVING, 1, 0;
#endif
    atomic {
        if
        :: way_mask == 0 -> way = NO_WORD; goto drained
        :: else -> buffer!MASK, 0, 0
        fi
    };
    atomic { /* the fetch_or */
        write_all();
        leaf[way] = leaf[way] | way_mask;
        way_mask = 0;
        way = NO_WORD
    };
#if MUTANT != UNCOUNTED_DRAIN
    atomic { buffer!COUNT, 0, 0; waiting_counts++ };
#endif
drained:
#if MUTANT != HIDDEN_DRAIN && MUTANT != NO_MOVING
    buffer!MOVING, 0, 0;
#endif
    goto idle;

finished:
    skip
}

proctype core(byte id)
{
    byte f;
    byte slots;
    byte words;
    byte looks;
    byte more;
    byte before;
    byte after;
    bool some;
    byte i;

idle:
    atomic {
        f = 0;
        if
        :: left == 0 -> goto finished
        :: else -> left--
        fi;
        if
        :: begin_asking(id); goto search
        :: any_frame();
            if
            :: state[f] == HELD -> state[f] = FREED + CORES; goto free /* nobody else frees it now */
            :: else -> left++; goto idle
            fi
        fi
    };

search:
    atomic {
        if
        :: any_frame();
            if
            :: leaf[f / 2] & BIT(f) ->
                drain_count(id);
                taken(f);
                leaf[f / 2] = leaf[f / 2] & (255 - BIT(f));
                end_asking(id);
                goto idle
            :: else -> f = 0
            fi
        :: true
        fi
    };
    add_up(id);
    atomic { drain_count(id) }; /* the fence */
    look(id);

found:
    atomic { forget(); goto search };

none:
    atomic { assert(seen & (1 << id)) };
held:
    atomic { forget(); end_asking(id); goto idle };

free:
    atomic {
        drain_count(id);
        state[f] = FREED + id;
        leaf[f / 2] = leaf[f / 2] | BIT(f);
        f = 0
    };
    counting[id] = true;
    goto idle;

finished:
    skip
}

proctype buffer_of(byte id)
{
    byte i;
end:
    do
    :: atomic { counting[id] -> drain_count(id) }
    od
}

proctype buffer_of_owner()
{
    byte what;
    byte value;
    byte effect;
end:
    do
    :: atomic { nempty(buffer) -> write_one() }
    od
}

init
{
    atomic {
        byte n = 0;
        do
        :: n < FRAMES ->
            if
            :: state[n] = HELD
            :: state[n] = FREE; leaf[n / 2] = leaf[n / 2] | BIT(n); nfree++
            fi;
            n++
        :: else -> break
        od;
        run owner();
        run buffer_of_owner();
        n = 1;
        do
        :: n < CORES -> run core(n); run buffer_of(n); n++
        :: else -> n = 0; break
        od
    }
}

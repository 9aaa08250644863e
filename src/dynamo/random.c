#include "pksk/dynamo/call.h"

/* xorshift64*: the pauses of many clients must differ, no more. */
uint32_t dynamo_random(struct dynamo *d)
{
    d->random ^= d->random >> 12;
    d->random ^= d->random << 25;
    d->random ^= d->random >> 27;
    return (uint32_t)((d->random * 0x2545f4914f6cdd1dull) >> 32);
}

#include "pksk/run/backoff.h"

#include <sys/random.h>

#include "pksk/base/port.h"

int backoff_next_ms(struct backoff *b, bool progress)
{
    uint32_t ceiling, random = 0;

    b->rounds = progress ? 0 : b->rounds + 1;
    ceiling = 50u << MIN(b->rounds, 9u); /* 50 ms … 25 s */
    if (port_random(&random, sizeof(random)) < 0)
        random = ceiling;
    return (int)(random % MIN(ceiling, 20000u)) + 1;
}

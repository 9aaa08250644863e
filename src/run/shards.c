#include "pksk/run/shards.h"

#define SHARDS_MAX 100000

static void shard_free(struct shard *s)
{
    buf_free(&s->iterator);
    buf_free(&s->sequence);
    free(s->id);
    free(s->parent);
    free(s);
}

void shards_free(struct shards *x)
{
    for (size_t i = 0; i < x->count; i++)
        shard_free(x->all[i]);
    map_free(&x->by_id, NULL);
    free(x->all);
}

static struct shard *add(struct shards *x, const struct stream_shard *from, bool first)
{
    struct shard *s = mem_resize(NULL, 1, sizeof(*s));

    *s = (struct shard){
        .id = mem_dup(from->id.s, from->id.len),
        .parent = from->parent.len ? mem_dup(from->parent.s, from->parent.len) : NULL,
        .start = FROM_OLDEST,
        .first = first,
    };
    if (x->count == x->cap) {
        x->cap = MAX(x->cap * 2, (size_t)16);
        x->all = mem_resize(x->all, x->cap, sizeof(struct shard *));
    }
    x->all[x->count++] = s;
    map_put(&x->by_id, from->id, s);
    return s;
}

/* A shard is closed when GetRecords leaves out the next iterator. Some servers describe their only
 * shard as closed as soon as it has a record, so that where none is open, the last one without
 * children is followed as if it were. */
static void look_for_a_lasting_one(struct shards *x)
{
    struct shard *last = NULL;
    bool open = false;

    for (size_t i = 0; i < x->count; i++) {
        struct shard *s = x->all[i];
        struct shard *parent = s->parent ? map_get(&x->by_id, str_of(s->parent)) : NULL;

        if (parent && parent != s)
            parent->parental = true;
    }
    for (size_t i = 0; i < x->count; i++) {
        struct shard *s = x->all[i];

        s->lasting = false;
        open |= s->listed && !s->closed;
        if (s->listed && !s->parental)
            last = s;
    }
    if (last && !open)
        last->lasting = true;
}

/* A shard is begun when its parent has been read, or is too old to be there. Those that are open at
 * first are all that is followed from now. */
void shards_settle(struct shards *x, bool from_start)
{
    for (size_t i = 0; i < x->count; i++) {
        struct shard *s = x->all[i];
        const struct shard *parent = s->parent ? map_get(&x->by_id, str_of(s->parent)) : NULL;

        if (s->state != SHARD_WAITS)
            continue;
        if (s->first && !from_start) {
            s->state = s->closed && !s->lasting ? SHARD_ENDED : SHARD_BEGINS;
            s->start = FROM_LATEST;
        } else if (!parent || parent == s || parent->state == SHARD_ENDED) {
            s->state = SHARD_BEGINS;
        }
        x->begun += s->state == SHARD_BEGINS;
    }
}

/* What is read and no longer listed is forgotten. */
static void forget_old(struct shards *x)
{
    size_t kept = 0;

    for (size_t i = 0; i < x->count; i++) {
        struct shard *s = x->all[i];

        if (s->state == SHARD_ENDED && !s->listed) {
            map_remove(&x->by_id, str_of(s->id));
            shard_free(s);
            continue;
        }
        s->listed = false;
        x->all[kept++] = s;
    }
    x->count = kept;
}

int shards_take(struct shards *x, const struct stream_shards *page, bool first, struct err *e)
{
    for (const struct stream_shard *from = page->first; from; from = from->next) {
        struct shard *s = map_get(&x->by_id, from->id);

        if (!s && x->count == SHARDS_MAX)
            return err_set(e, ERR_FAILED, "the stream has more than %d shards", SHARDS_MAX);
        if (!s)
            s = add(x, from, first);
        s->closed |= from->closed;
        s->listed = true;
    }
    return 0;
}

void shards_listed(struct shards *x, bool from_start)
{
    look_for_a_lasting_one(x);
    shards_settle(x, from_start);
    forget_old(x);
}

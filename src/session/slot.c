#include "pksk/session/slot.h"

#include "pksk/session/session.h"

struct slot {
    struct slot *next;
    const struct slot_kind *kind;
    void *kept;
};

static struct slot *find(const struct session *s, const struct slot_kind *kind)
{
    struct slot *slot = s->slots;

    while (slot && slot->kind != kind)
        slot = slot->next;
    return slot;
}

static void empty(struct slot *slot)
{
    void *kept = slot->kept;

    slot->kept = NULL;
    if (kept)
        slot->kind->free(kept);
}

void *slot_get(const struct session *s, const struct slot_kind *kind)
{
    const struct slot *slot = find(s, kind);

    return slot ? slot->kept : NULL;
}

void slot_put(struct session *s, const struct slot_kind *kind, void *kept)
{
    struct slot *slot = find(s, kind);

    if (!slot) {
        slot = mem_resize(NULL, 1, sizeof(*slot));
        *slot = (struct slot){.next = s->slots, .kind = kind};
        s->slots = slot;
    }
    empty(slot);
    slot->kept = kept;
}

void slot_drop_all(struct session *s, bool of_client_only)
{
    for (struct slot *slot = s->slots; slot; slot = slot->next) {
        if (!of_client_only || slot->kind->of_client)
            empty(slot);
    }
    if (of_client_only)
        return;
    while (s->slots) {
        struct slot *slot = s->slots;

        s->slots = slot->next;
        free(slot);
    }
}

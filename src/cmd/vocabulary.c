#include "pksk/cmd/vocabulary.h"

#include "pksk/cmd/command.h"
#include "pksk/dynamo/operation.h"
#include "pksk/session/models.h"
#include "pksk/session/session.h"

static void offer_settings(struct complete_sink *sink)
{
    for (size_t i = 0; i < settings_count(); i++)
        complete_offer(sink, str_of(settings_info(i)->name));
}

static void offer_setting_values(const struct statement *st, struct complete_sink *sink)
{
    const struct setting_info *info = st && st->args ? settings_find(st->args->text, NULL) : NULL;
    struct str rest, word;

    if (!info || !info->listed)
        return;
    rest = str_of(info->values);
    while (str_split(&rest, ' ', &word))
        complete_offer(sink, word);
}

static void offer_variables(const struct session *s, struct complete_sink *sink)
{
    struct str name;

    for (size_t i = 0; map_next(&s->variables, &i, &name, NULL);)
        complete_offer(sink, name);
}

static void offer_topics(struct complete_sink *sink)
{
    for (unsigned v = 0; v < VERB_COUNT; v++)
        complete_offer(sink, str_of(verb_name((enum verb)v)));
    for (size_t i = 0; command_topic(i); i++)
        complete_offer(sink, str_of(command_topic(i)));
}

static void offer_patterns(const struct session *s, struct complete_sink *sink)
{
    const struct entity_model *m = s->table ? session_model_peek(s, str_of(s->table)) : NULL;

    for (size_t i = 0; m && i < m->pattern_count; i++)
        complete_offer(sink, m->patterns[i].name);
}

static void offer_profile(void *sink, struct str name)
{
    complete_offer(sink, name);
}

void vocabulary_offer(void *session, enum expect_kind kind, const struct statement *so_far,
                      struct complete_sink *sink)
{
    const struct session *s = session;

    switch (kind) {
    case EXPECT_SETTING:
        offer_settings(sink);
        break;
    case EXPECT_SETTING_VALUE:
        offer_setting_values(so_far, sink);
        break;
    case EXPECT_VARIABLE:
        offer_variables(s, sink);
        break;
    case EXPECT_TOPIC:
        offer_topics(sink);
        break;
    case EXPECT_PROFILE:
        dynamo_profiles(s->dynamo, offer_profile, sink);
        break;
    case EXPECT_REGION:
        for (const char *const *region = aws_regions; *region; region++)
            complete_offer(sink, str_of(*region));
        break;
    case EXPECT_PATTERN:
        offer_patterns(s, sink);
        break;
    case EXPECT_OPERATION:
        for (size_t i = 0; operation_at(i); i++)
            complete_offer(sink, str_of(operation_at(i)->name));
        break;
    default:
        break;
    }
}

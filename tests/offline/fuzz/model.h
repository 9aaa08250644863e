/* What holds of every file that a table's definition is read from: it is refused with a message, or
 * the definition makes a request that is JSON, with a partition key in every key. */
#ifndef PKSK_TESTS_FUZZ_MODEL_H
#define PKSK_TESTS_FUZZ_MODEL_H

#include "pksk/json/tree.h"
#include "pksk/model/model.h"
#include "pksk/plan/plan.h"

static inline void require(bool condition)
{
    if (!condition)
        abort();
}

static inline void check_request(struct arena *a, const struct model_table *m)
{
    struct table_step steps[TABLE_STEPS_MAX];
    struct buf body = {0};
    struct json *tree;
    struct plan p;
    struct err e = {0};

    require(m->def && m->def->partition && !m->def->partition->next);
    for (const struct index_def *i = m->def->indexes; i; i = i->next)
        require(i->name.len && i->partition && (!i->local || i->sort));
    require(!m->def->read_units == !m->def->write_units);
    require(plan_create_table(a, STR("table"), m->def, &p, &e) == 0);
    plan_first_body(&body, &p, false);
    require(json_parse(a, buf_str(&body), 16, &tree, &e) == 0);
    require(json_get(tree, "KeySchema")->count && json_get(tree, "AttributeDefinitions")->count);
    buf_free(&body);
    for (size_t i = 0, n = plan_table_steps(a, STR("table"), m->def, steps); i < n; i++)
        require(json_parse(a, steps[i].body, 16, &tree, &e) == 0);
}

static inline void check_file(struct str text, const char *wanted)
{
    struct arena a = {0};
    struct model_table m = {0};
    struct err e = {0};
    struct model_source from = {
        .file = STR("f"), .text = text, .wanted = str_of(wanted), .region = STR("r")};
    int code = model_read(&a, &from, &m, &e);

    require((code == 0) == !e.text[0] && (code == 0 || code == ERR_FAILED));
    if (code == 0)
        check_request(&a, &m);
    arena_free(&a);
}

/* The text between these two. */
static inline void check_within(const char *before, struct str text, const char *after)
{
    struct buf whole = {0};

    buf_addf(&whole, "%s%.*s%s", before, STR_ARG(text), after);
    check_file(buf_str(&whole), "");
    buf_free(&whole);
}

#endif

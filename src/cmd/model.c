#include "pksk/cmd/model.h"

#include <errno.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/cmd/command.h"
#include "pksk/cmd/external.h"
#include "pksk/cmd/model-report.h"
#include "pksk/out/text.h"
#include "pksk/session/models.h"
#include "pksk/session/output.h"

/* ---- entity, pattern */

static void say_ambiguous(struct session *s, const struct entity_model *m)
{
    const struct entity *one, *other;
    _cleanup_(arena_free) struct arena a = {0};
    struct str example;

    if (m && model_ambiguous(&a, m, &one, &other, &example))
        session_warn(
            s,
            "%.*s could be %.*s as well as %.*s: a form such as {id:uuid}, or `where`, tells "
            "them apart",
            STR_ARG(example), STR_ARG(one->name), STR_ARG(other->name));
}

/* Places in the statement's own lines become places in the statement. */
static void move_place(struct err *e, const struct statement *st)
{
    if (e->at.from == UINT32_MAX)
        return;
    e->at.from += st->verb_at.from;
    e->at.to += st->verb_at.from;
}

static int run_line(struct session *s, const struct statement *st, struct err *e)
{
    const struct table *t;
    int r = session_table(s, st->table, &t, e);

    if (r < 0)
        return r;
    r = session_model_take(s, t, st->rest, false, e);
    if (r < 0)
        move_place(e, st);
    else if (st->verb == VERB_ENTITY)
        say_ambiguous(s, session_model(s, t));
    return r;
}

/* ---- files */

static int save(struct session *s, const struct table *t, const char *path, struct err *e)
{
    const struct entity_model *m = session_model(s, t);
    _cleanup_(buf_free) struct buf text = {0};

    buf_addf(&text, "-- The model of the table %.*s\n\n", STR_ARG(t->name));
    model_add(&text, m, true);
    return file_write(path, buf_str(&text), e);
}

/* In its own place, whose folder may have to be made. */
static int keep(struct session *s, const struct table *t, struct err *e)
{
    _cleanup_(cleanup_free) char *path = session_model_path(s, t->name),
                                 *folder = mem_dup(path, strlen(path));

    *strrchr(folder, '/') = '\0';
    int r = file_make_dirs(folder, e);

    if (r == 0)
        r = save(s, t, path, e);
    if (r == 0)
        session_say(s, "the model is kept in %s", path);
    return r;
}

static int need_model(struct session *s, const struct table *t, struct err *e)
{
    if (session_model(s, t))
        return 0;
    err_set(e, ERR_FAILED, "there is no model of %.*s", STR_ARG(t->name));
    err_hint(e, "`model learn` finds one in a sample of its items, `model load FILE` reads one");
    return ERR_FAILED;
}

static int run_save(struct session *s, const struct statement *st, const struct table *t,
                    struct err *e)
{
    int r = need_model(s, t, e);

    if (r < 0 || !st->args)
        return r < 0 ? r : keep(s, t, e);
    _cleanup_(cleanup_free) char *path = file_expand(st->args->text);

    r = save(s, t, path, e);
    if (r < 0)
        e->at = st->args->at;
    return r;
}

static int run_load(struct session *s, const struct statement *st, const struct table *t,
                    struct err *e)
{
    _cleanup_(cleanup_free) char *path = file_expand(st->args->text);
    _cleanup_(buf_free) struct buf text = {0};
    int r = file_read(path, MODELS_FILE_MAX, &text, e);

    if (r < 0)
        return r;
    r = session_model_take(s, t, buf_str(&text), true, e);
    if (r < 0) {
        session_complain(s, str_of(path), buf_str(&text), e);
        *e = (struct err){.code = r, .at = SPAN_NONE}; /* reported, with its place in that file */
        return r;
    }
    const struct entity_model *m = session_model(s, t);

    session_note(s, "%zu entit%s, %zu pattern%s", m->entity_count,
                 m->entity_count == 1 ? "y" : "ies", m->pattern_count,
                 m->pattern_count == 1 ? "" : "s");
    say_ambiguous(s, m);
    return 0;
}

static int run_edit(struct session *s, const struct statement *st, const struct table *t,
                    struct err *e)
{
    const struct entity_model *m = session_model(s, t);
    _cleanup_(buf_free) struct buf before = {0}, after = {0};

    if (!s->interactive)
        return err_at(e, ERR_FAILED, st->at,
                      "model edit is for a terminal: scripts load a file that was edited before");
    if (m)
        model_add(&before, m, true);
    else
        buf_lit(&before, "-- entity NAME PARTITION-KEY SORT-KEY [INDEX KEYS …]\n"
                         "-- entity User USER#{user_id} PROFILE\n");
    int r = external_edit(buf_str(&before), ".model", &after, e);

    if (r < 0 || str_eq(buf_str(&before), buf_str(&after)))
        return r;
    r = session_model_take(s, t, buf_str(&after), true, e);
    if (r < 0) {
        session_complain(s, STR("the edited model"), buf_str(&after), e);
        *e = (struct err){.code = r, .at = SPAN_NONE};
        return r;
    }
    say_ambiguous(s, session_model(s, t));
    return keep(s, t, e);
}

static int run_forget(struct session *s, const struct table *t, struct err *e)
{
    _cleanup_(cleanup_free) char *path = session_model_path(s, t->name);
    int r = need_model(s, t, e);

    if (r < 0)
        return r;
    session_model_forget(s, t);
    if (unlink(path) == 0)
        session_say(s, "%s is removed", path);
    else if (errno != ENOENT)
        return err_errno(e, ERR_FAILED, "cannot remove", str_of(path));
    return 0;
}

static int run_show(struct session *s, const struct statement *st, const struct table *t,
                    struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0}, safe = {0};
    int r = need_model(s, t, e);

    if (r < 0)
        return r;
    model_add(&text, session_model(s, t), true);
    if (s->out_terminal && st->redirect == REDIRECT_NONE)
        text_escape_lines(&safe, buf_str(&text));
    else
        buf_str_add(&safe, buf_str(&text));
    return output_print(s, st, buf_str(&safe), e);
}

/* ---- learning */

/* y, n or edit; a script has its model for the session, and --yes keeps it. */
static int ask_to_keep(struct session *s, const struct statement *st, const struct table *t,
                       struct err *e)
{
    _cleanup_(buf_free) struct buf question = {0}, answer = {.max = 1000};

    if (s->yes)
        return keep(s, t, e);
    if (!s->interactive)
        return 0;
    buf_addf(&question, "Keep this as the model of %.*s? [Y/n/edit] ", STR_ARG(t->name));
    int r = session_ask(s, &answer, e, buf_cstr(&question));

    if (r < 0)
        return r;
    struct str said = str_trim(buf_str(&answer));

    if (str_eq_ci(said, STR("edit")) || str_eq_ci(said, STR("e")))
        return run_edit(s, st, t, e);
    if (!said.len || str_eq_ci(said, STR("y")) || str_eq_ci(said, STR("yes")))
        return keep(s, t, e);
    session_note(s, "the model serves this session; `model save` keeps it");
    return 0;
}

static int run_learn(struct session *s, const struct statement *st, const struct table *t,
                     struct err *e)
{
    struct sample_items sample;
    _cleanup_(arena_free) struct arena a = {0};
    _cleanup_(buf_free) struct buf report = {0}, text = {0};
    struct learn_result learned;
    int r = sample_items_read(s, st, t, &sample, e);

    if (r < 0)
        return r;
    learn_model(&a, t, sample.items, sample.count, &learned);
    report_learned(&report, s, st, t, &sample, &learned);
    model_add(&text, &learned.model, true);
    r = output_lines(s, st, buf_str(&report), e);
    report_notes(s, t, &sample, &learned);
    sample_items_free(&sample);
    if (r < 0 || !learned.model.entity_count)
        return r;
    r = session_model_take(s, t, buf_str(&text), true, e);
    if (r < 0)
        return r;
    say_ambiguous(s, session_model(s, t));
    return ask_to_keep(s, st, t, e);
}

static int run_check(struct session *s, const struct statement *st, const struct table *t,
                     struct err *e)
{
    struct sample_items sample;
    _cleanup_(buf_free) struct buf report = {0};
    int r = need_model(s, t, e);

    if (r == 0)
        r = sample_items_read(s, st, t, &sample, e);
    if (r < 0)
        return r;
    report_check(&report, session_model(s, t), t, &sample);
    r = output_print(s, st, buf_str(&report), e);
    report_sample(s, &sample);
    sample_items_free(&sample);
    return r;
}

/* The items that fit no entity, in the format that is set. */
static int run_strays(struct session *s, const struct statement *st, const struct table *t,
                      struct err *e)
{
    struct sample_items sample;
    _cleanup_(arena_free) struct arena a = {0};
    struct value *first = NULL, **last = &first;
    struct plan p = {.table = t->name};
    struct output out;
    size_t count = 0;
    int r = need_model(s, t, e);

    if (r == 0)
        r = sample_items_read(s, st, t, &sample, e);
    if (r < 0)
        return r;
    const struct entity_model *m = session_model(s, t);

    for (size_t i = 0; i < sample.count; i++) {
        if (model_entity_of(m, sample.items[i]))
            continue;
        *last = value_copy(&a, sample.items[i]);
        last = &(*last)->next;
        count++;
    }
    plan_note_keys(&a, &t->key, &p);
    r = output_open(&out, s, st, &p, e);
    if (r == 0) {
        struct err why;

        rows_clear(&s->rows);
        rows_add(&s->rows, first);
        r = output_items(&out, first, e);
        int closed = output_close(&out, r < 0, &why);

        if (r == 0 && closed < 0) {
            *e = why;
            r = closed;
        }
    }
    if (r == 0)
        session_note(s, "%zu of %zu items read fit%s no entity", count, sample.count,
                     count == 1 ? "s" : "");
    sample_items_free(&sample);
    return r;
}

int model_run(struct session *s, const struct statement *st, struct err *e)
{
    const struct table *t;
    struct str action = str_of(st->as);
    int r = session_table(s, st->table, &t, e);

    if (r < 0)
        return r;
    if (str_is(action, "learn") || str_is(action, "check") || str_is(action, "strays")) {
        r = schema_refresh(s->schemas, t->name, &t, e); /* the number of items, as it is now */
        if (r < 0)
            return r;
    }
    if (str_is(action, "learn"))
        return run_learn(s, st, t, e);
    if (str_is(action, "load"))
        return run_load(s, st, t, e);
    if (str_is(action, "save"))
        return run_save(s, st, t, e);
    if (str_is(action, "edit"))
        return run_edit(s, st, t, e);
    if (str_is(action, "forget"))
        return run_forget(s, t, e);
    if (str_is(action, "check"))
        return run_check(s, st, t, e);
    return str_is(action, "strays") ? run_strays(s, st, t, e) : run_show(s, st, t, e);
}

const struct command cmd_entity = {.run = run_line};
const struct command cmd_pattern = {.run = run_line};
const struct command cmd_model = {.run = model_run};

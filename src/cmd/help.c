#include "pksk/cmd/command.h"

#include "pksk/out/text.h"
#include "pksk/session/output.h"

static void add_line(struct buf *b, const struct command_page *page)
{
    buf_lit(b, "  ");
    text_pad(b, str_of(page->name), 12, false);
    buf_addf(b, "%s\n", page->summary);
}

/* Groups in the order in which the verbs first name them. */
static void add_list(struct buf *b)
{
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        const char *group = command_pages[i].group;
        bool seen = false;

        for (unsigned j = 0; j < i; j++)
            seen |= str_is(str_of(group), command_pages[j].group);
        if (seen)
            continue;
        buf_addf(b, "%s%s\n", b->len ? "\n" : "", group);
        for (unsigned j = i; j < VERB_COUNT; j++) {
            if (str_is(str_of(group), command_pages[j].group))
                add_line(b, &command_pages[j]);
        }
    }
    buf_lit(b, "\nTopics\n");
    for (const struct command_page *page = topic_pages; page->name; page++)
        add_line(b, page);
    buf_lit(b, "\n`help WORD` says more, and TAB offers what may come next.\n");
}

const char *command_topic(size_t i)
{
    return topic_pages[i].name;
}

static void add_page(struct buf *b, const struct command_page *page)
{
    struct str rest = str_of(page->grammar), line;

    buf_addf(b, "%s: %s\n\n", page->name, page->summary);
    while (page->grammar[0] && str_split(&rest, '\n', &line))
        buf_addf(b, "    %.*s\n", STR_ARG(line));
    buf_addf(b, "%s%s\n", page->grammar[0] ? "\n" : "", page->text);
}

int command_help(struct buf *b, struct str word, struct err *e)
{
    if (!word.len) {
        add_list(b);
        return 0;
    }
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        if (str_eq_ci(word, str_of(command_pages[i].name)) ||
            str_eq_ci(word, str_of(verb_name((enum verb)i)))) {
            add_page(b, &command_pages[i]);
            return 0;
        }
    }
    for (const struct command_page *page = topic_pages; page->name; page++) {
        if (str_eq_ci(word, str_of(page->name))) {
            add_page(b, page);
            return 0;
        }
    }
    err_set(e, ERR_SYNTAX, "there is no help on %.*s", STR_ARG(word));
    err_hint(e, "`help` lists all commands and topics");
    return ERR_SYNTAX;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    int r = command_help(&text, st->args ? st->args->text : STR(""), e);

    if (r < 0) {
        e->at = st->args->at;
        return r;
    }
    return output_print(s, st, buf_str(&text), e);
}

const struct command cmd_help = {.run = run};

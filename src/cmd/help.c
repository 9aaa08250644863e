#include <unistd.h>

#include "pksk/cmd/command.h"

#include "pksk/out/prose.h"
#include "pksk/out/text.h"
#include "pksk/session/output.h"

#define LIST_INDENT 12 /* of what a line of the list says, behind its first blanks */

static void add_line(struct buf *b, const struct command_page *page)
{
    buf_lit(b, "  ");
    text_pad(b, str_of(page->name), LIST_INDENT, false);
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

static const struct command_page *page_of(struct str word)
{
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        if (str_eq_ci(word, str_of(command_pages[i].name)) ||
            str_eq_ci(word, str_of(verb_name((enum verb)i))))
            return &command_pages[i];
    }
    for (const struct command_page *page = topic_pages; page->name; page++) {
        if (str_eq_ci(word, str_of(page->name)))
            return page;
    }
    return NULL;
}

/* Words of statements that have no page of their own: which page speaks of them. */
static const struct command_page *page_of_clause(struct str word)
{
    static const struct {
        const char *word, *page;
    } clauses[] = {
        {"where", "filters"}, {"if", "filters"},       {"select", "query"},  {"limit", "query"},
        {"desc", "query"},    {"consistent", "query"}, {"return", "update"}, {"count", "summary"},
        {"by", "summary"},    {"order", "summary"},    {"into", "formats"},
    };

    for (size_t i = 0; i < ARRAY_LEN(clauses); i++) {
        if (str_eq_ci(word, str_of(clauses[i].word)))
            return page_of(str_of(clauses[i].page));
    }
    return NULL;
}

/* What was most likely meant: a slip or two in four letters or more. */
static const struct command_page *page_near(struct str word)
{
    const struct command_page *near = NULL;
    size_t least = word.len > 3 ? 3 : 2, distance;

    for (unsigned i = 0; i < VERB_COUNT; i++) {
        distance = str_distance(word, str_of(command_pages[i].name));
        if (distance < least) {
            least = distance;
            near = &command_pages[i];
        }
    }
    for (const struct command_page *page = topic_pages; page->name; page++) {
        distance = str_distance(word, str_of(page->name));
        if (distance < least) {
            least = distance;
            near = page;
        }
    }
    return least < word.len ? near : NULL;
}

int command_help(struct buf *b, struct str word, struct err *e)
{
    const struct command_page *page = NULL;

    if (!word.len) {
        add_list(b);
        return 0;
    }
    page = page_of(word);
    page = page ? page : page_of_clause(word);
    page = page ? page : page_near(word);
    if (page) {
        add_page(b, page);
        return 0;
    }
    err_set(e, ERR_SYNTAX, "there is no help on %.*s", STR_ARG(word));
    err_hint(e, "`help` lists all commands and topics");
    return ERR_SYNTAX;
}

/* The same for the terminal. */
static void fit(struct buf *b, struct str text, bool page)
{
    bool colour = text_colour_wanted(STDOUT_FILENO);
    unsigned columns, rows, width;
    size_t end = 0;

    text_screen(&columns, &rows);
    width = prose_width(columns);
    if (!page && str_find(text, STR("\n`help"), &end)) { /* the list, up to its last words */
        prose_add_lines(b, str_slice(text, 0, end), width, LIST_INDENT);
        buf_char(b, '\n');
    }
    prose_add_page(b, str_slice(text, end + (end > 0), text.len), width, colour);
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0}, page = {0};
    int r = command_help(&text, st->args ? st->args->text : STR(""), e);

    if (r < 0) {
        e->at = st->args->at;
        return r;
    }
    if (!s->out_terminal || st->redirect != REDIRECT_NONE)
        return output_print(s, st, buf_str(&text), e);
    fit(&page, buf_str(&text), st->args != NULL);
    return output_print(s, st, buf_str(&page), e);
}

const struct command cmd_help = {.run = run};

#include "pksk/cmd/options.h"

#include <errno.h>
#include <getopt.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/cmd/command.h"
#include "pksk/cmd/vocabulary.h"
#include "pksk/complete/complete.h"
#include "pksk/out/text.h"

/* id, short, long, argument (NULL: none; "[X]": may be left out), help */
#define OPTIONS(O)                                                                                 \
    O(TABLE, 't', "table", "TABLE", "the table that statements speak of")                          \
    O(PROFILE, 'p', "profile", "NAME", "the AWS profile")                                          \
    O(REGION, 'r', "region", "NAME", "the AWS region")                                             \
    O(ENDPOINT, 'e', "endpoint-url", "URL", "another endpoint")                                    \
    O(LOCAL, 'L', "local", "[PORT]",                                                               \
      "a local DynamoDB at http://127.0.0.1:8000; needs no credentials")                           \
    O(COMMAND, 'c', "command", "STATEMENT", "run this and leave; may be given several times")      \
    O(FILE, 'f', "file", "FILE", "run the statements of this file; - is standard input")           \
    O(VARIABLE, 'v', "variable", "NAME=VALUE", "a variable, written {NAME} in statements")         \
    O(MODEL, 'm', "model", "FILE", "the model of the table: its entities and access patterns")     \
    O(FORMAT, 'F', "format", "NAME",                                                               \
      "pretty, vertical, table, json, jsonl, ddb-json, csv, tsv or pksk")                          \
    O(READ_ONLY, 'R', "read-only", NULL, "refuse statements that change anything")                 \
    O(YES, 'y', "yes", NULL, "answer every question with yes")                                     \
    O(KEEP_GOING, 'k', "keep-going", NULL, "go on after a failed statement")                       \
    O(FAIL_EMPTY, 'E', "fail-empty", NULL, "status 1 when get, query or scan finds nothing")       \
    O(NO_CONFIG, 'n', "no-config", NULL,                                                           \
      "read neither the configuration file nor the user's editrc")                                 \
    O(QUIET, 'q', "quiet", NULL, "items and errors only")                                          \
    O(DEBUG, 'd', "debug", NULL, "show requests and answers on standard error, secrets left out")  \
    O(COMPLETE, 'C', "complete", "LINE", "print what TAB would offer at the end of LINE")          \
    O(VERSION, 'V', "version", NULL, "the version")                                                \
    O(HELP, 'h', "help", NULL, "this text")

enum option_id {
#define O(id, letter, name, argument, help) OPTION_##id = (letter),
    OPTIONS(O)
#undef O
};

static const struct option_info {
    char letter;
    const char *name, *argument, *help;
} infos[] = {
#define O(id, letter, name, argument, help) {letter, name, argument, help},
    OPTIONS(O)
#undef O
};

static int finish_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    fprintf(stderr, "pksk: cannot write to standard output: %s\n", strerror(errno));
    return 1;
}

static void print_help(void)
{
    _cleanup_(buf_free) struct buf b = {0};

    buf_lit(&b, "usage: pksk [OPTION…]\n\nAn interactive shell for Amazon DynamoDB. Statements "
                "come from -c, -f, standard input\n"
                "or a terminal; `pksk -c help` lists them.\n\n");
    for (size_t i = 0; i < ARRAY_LEN(infos); i++) {
        _cleanup_(buf_free) struct buf left = {0};

        buf_addf(&left, "-%c, --%s", infos[i].letter, infos[i].name);
        if (infos[i].argument && infos[i].argument[0] == '[')
            buf_addf(&left, "[=%.*s]", (int)strlen(infos[i].argument) - 2, infos[i].argument + 1);
        else if (infos[i].argument)
            buf_addf(&left, " %s", infos[i].argument);
        buf_lit(&b, "  ");
        text_pad(&b, buf_str(&left), 28, false);
        buf_addf(&b, "  %s\n", infos[i].help);
    }
    buf_lit(
        &b,
        "\nExit status: 0 all well, 1 a statement failed, 2 usage or syntax, 3 no connection or\n"
        "credentials, 4 a condition or transaction was refused or diff found differences, 130\n"
        "interrupted.\n");
    fwrite(b.s, 1, b.len, stdout);
}

static void add_source(struct options *o, bool is_file, const char *text)
{
    o->sources = mem_resize(o->sources, o->source_count + 1, sizeof(*o->sources));
    o->sources[o->source_count++] = (struct option_source){is_file, text};
}

static bool set_local(struct options *o, const char *port)
{
    uint64_t number = 8000;
    struct buf url = {0};

    if (port && (!str_to_u64(str_of(port), &number) || number == 0 || number > 65535)) {
        fprintf(stderr, "pksk: --local takes a port number from 1 to 65535\n");
        return false;
    }
    buf_addf(&url, "http://127.0.0.1:%u", (unsigned)number);
    free(o->local_url);
    o->local_url = (char *)buf_cstr(&url);
    o->session.local = true;
    o->session.endpoint_url = o->local_url;
    return true;
}

static bool add_variable(struct options *o, const char *text)
{
    if (!strchr(text, '=') || text[0] == '=') {
        fprintf(stderr, "pksk: -v takes NAME=VALUE\n");
        return false;
    }
    o->variables = mem_resize(o->variables, o->variable_count + 1, sizeof(*o->variables));
    o->variables[o->variable_count++] = text;
    return true;
}

/* False: the option's argument is wrong, and that was said. */
static bool take(struct options *o, int letter, const char *argument)
{
    enum format f;

    switch ((enum option_id)letter) {
    case OPTION_TABLE:
        o->session.table = argument;
        return true;
    case OPTION_PROFILE:
        o->session.profile = argument;
        return true;
    case OPTION_REGION:
        o->session.region = argument;
        return true;
    case OPTION_ENDPOINT:
        o->session.endpoint_url = argument;
        return true;
    case OPTION_LOCAL:
        return set_local(o, argument);
    case OPTION_COMMAND:
        add_source(o, false, argument);
        return true;
    case OPTION_FILE:
        add_source(o, true, argument);
        return true;
    case OPTION_VARIABLE:
        return add_variable(o, argument);
    case OPTION_MODEL:
        o->session.model = argument;
        return true;
    case OPTION_FORMAT:
        o->session.format = argument;
        if (format_from(str_of(argument), &f))
            return true;
        fprintf(stderr, "pksk: --format takes pretty, vertical, table, json, jsonl, ddb-json, csv, "
                        "tsv or pksk\n");
        return false;
    case OPTION_READ_ONLY:
        o->session.read_only = true;
        return true;
    case OPTION_YES:
        o->session.yes = true;
        return true;
    case OPTION_FAIL_EMPTY:
        o->session.fail_empty = true;
        return true;
    case OPTION_KEEP_GOING:
        o->keep_going = true;
        return true;
    case OPTION_NO_CONFIG:
        o->session.no_config = true;
        return true;
    case OPTION_QUIET:
        o->session.quiet = true;
        return true;
    case OPTION_DEBUG:
        o->debug = true;
        return true;
    case OPTION_COMPLETE:
        o->complete = argument;
        return true;
    case OPTION_VERSION:
    case OPTION_HELP:
        break;
    }
    return false;
}

static void describe_options(struct option *ret, struct buf *letters)
{
    for (size_t i = 0; i < ARRAY_LEN(infos); i++) {
        int kind = !infos[i].argument            ? no_argument
                   : infos[i].argument[0] == '[' ? optional_argument
                                                 : required_argument;

        ret[i] = (struct option){infos[i].name, kind, NULL, infos[i].letter};
        buf_char(letters, infos[i].letter);
        for (int colons = kind; colons > 0; colons--)
            buf_char(letters, ':');
    }
    ret[ARRAY_LEN(infos)] = (struct option){0};
}

bool options_parse(struct options *o, int argc, char **argv, int *status)
{
    struct option longs[ARRAY_LEN(infos) + 1];
    _cleanup_(buf_free) struct buf letters = {0};
    int letter;

    *o = (struct options){0};
    *status = 2;
    describe_options(longs, &letters);
    while ((letter = getopt_long(argc, argv, buf_cstr(&letters), longs, NULL)) != -1) {
        if (letter == OPTION_HELP || letter == OPTION_VERSION) {
            if (letter == OPTION_HELP)
                print_help();
            else
                puts("pksk " PKSK_VERSION);
            *status = finish_stdout();
            return false;
        }
        if (letter == '?' || !take(o, letter, optarg)) {
            fprintf(stderr, "pksk: `pksk --help` lists the options\n");
            return false;
        }
    }
    if (optind < argc) {
        fprintf(stderr,
                "pksk: a statement is given with -c, a file of statements with -f; this stands "
                "alone: %s\n",
                text_is_safe(str_of(argv[optind])) ? argv[optind] : "(an argument)");
        return false;
    }
    return true;
}

void options_deinit(struct options *o)
{
    free(o->sources);
    free(o->variables);
    free(o->local_url);
}

void options_add_variables(const struct options *o, struct map *variables)
{
    for (size_t i = 0; i < o->variable_count; i++) {
        struct str text = str_of(o->variables[i]);
        size_t at = 0;

        str_find_char(text, '=', &at);
        struct str value = str_slice(text, at + 1, text.len);

        free(map_put(variables, str_slice(text, 0, at), mem_dup(value.s, value.len)));
    }
}

static int wait_ms(void *ctx, int ms)
{
    return dynamo_poll(ctx, ms, -1);
}

int options_complete(struct session *s, struct str line)
{
    struct lang_env lang = session_lang(s, false);
    struct complete_env env = {
        .lang = &lang,
        .table = str_of(s->table),
        .schemas = s->schemas,
        .seen = s->seen,
        .clock = s->clock,
        .ctx = s,
        .names = vocabulary_offer,
    };
    const struct table *t;
    struct str name;
    struct err e;

    lang.script = false;
    if (s->settings.complete_live)
        env.live = complete_live_dynamo(s->dynamo);
    /* The shell at the terminal has met its table by the time TAB is pressed; here it is asked for
     * first. */
    if (!str_starts(line, STR("connect ")) && session_table_name(s, NULL, &name, &e) == 0 &&
        schema_get(s->schemas, name, &t, &e) == 0)
        env.table = str_of(s->table);
    struct completer *c = completer_new(&env);
    const struct completion *found =
        complete_now(c, line, line.len, COMPLETE_TIME_MS, wait_ms, s->dynamo);

    for (size_t i = 0; i < found->count; i++)
        printf("%.*s\n", STR_ARG(found->list[i].display));
    if (found->seen) /* no word to be offered */
        fprintf(stderr, "… seen so far\n");
    completer_free(c);
    return finish_stdout() == 0 ? 0 : ERR_FAILED;
}

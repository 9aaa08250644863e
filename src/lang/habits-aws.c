/* aws dynamodb OPERATION --name value …, as it was pasted: `call` sends the same request. */
#include "pksk/base/file.h"
#include "pksk/json/tree.h"
#include "pksk/json/writer.h"
#include "pksk/lang/habits.h"

#define FILE_MAX ((size_t)1 << 20)

static const char *const operations[] = {
    "get-item",
    "put-item",
    "update-item",
    "delete-item",
    "query",
    "scan",
    "batch-get-item",
    "batch-write-item",
    "transact-get-items",
    "transact-write-items",
    "list-tables",
    "describe-table",
};

/* Options of the CLI itself, with a value, that only say how to print. Where to ask (the others)
 * may be another place than this session's: such a command is not taken. */
static const char *const aside[] = {"--output", "--query", "--cli-binary-format"};
static const char *const elsewhere[] = {"--region", "--profile", "--endpoint-url"};
static const char *const alone[] = {"--no-cli-pager", "--no-paginate", "--debug"};
static const char *const numbers[] = {"--limit", "--segment", "--total-segments"};

static bool is_in(struct str word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_is(word, list[i]))
            return true;
    }
    return false;
}
#define IS_IN(word, list) is_in(word, list, ARRAY_LEN(list))

/* get-item → GetItem */
static void add_camel(struct buf *b, struct str kebab)
{
    bool upper = true;

    for (size_t i = 0; i < kebab.len; i++) {
        char c = kebab.s[i];

        if (c != '-')
            buf_char(b, upper && c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
        upper = c == '-';
    }
}

/* As a shell would hand it over. */
static struct str unquoted(struct arena *a, struct str word)
{
    char *text = arena_bytes(a, word.len + 1), *to = text, quote = 0;

    for (size_t i = 0; i < word.len; i++) {
        char c = word.s[i];

        if (c == quote)
            quote = 0;
        else if (!quote && (c == '\'' || c == '"'))
            quote = c;
        else if (c == '\\' && quote != '\'' && i + 1 < word.len)
            *to++ = word.s[++i];
        else
            *to++ = c;
    }
    return (struct str){text, (size_t)(to - text)};
}

/* file://PATH: what is in it; false when it cannot be read. */
static bool read_value(struct arena *a, struct str *value)
{
    static const char *const schemes[] = {"file://", "fileb://"};

    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        _cleanup_(buf_free) struct buf text = {.max = FILE_MAX};
        struct str scheme = str_of(schemes[i]), path;
        struct err ignored;

        if (!str_starts(*value, scheme))
            continue;
        path = arena_str(a, str_slice(*value, scheme.len, value->len));
        if (file_read(path.s, FILE_MAX, &text, &ignored) < 0)
            return false;
        *value = arena_str(a, str_trim(buf_str(&text)));
    }
    return true;
}

static bool add_value(struct arena *a, struct buf *b, struct str option, struct str value)
{
    struct json *tree;
    struct err ignored;

    if (!read_value(a, &value) || !value.len)
        return false;
    if (value.s[0] == '{' || value.s[0] == '[') {
        if (json_parse(a, value, 128, &tree, &ignored) < 0)
            return false;
        json_write(b, tree, false);
    } else if (IS_IN(option, numbers)) {
        uint64_t n;

        if (!str_to_u64(value, &n))
            return false;
        buf_str_add(b, value);
    } else {
        json_add_string(b, value);
    }
    return true;
}

/* One option from words[0] on: how many words it is, or 0 when it cannot be told. */
static size_t option(struct arena *a, struct buf *b, const struct str *words, size_t count)
{
    struct str name = words[0];
    bool no = str_starts(name, STR("--no-"));

    if (IS_IN(name, alone))
        return 1;
    if (!str_starts(name, STR("--")) || IS_IN(name, elsewhere) || (IS_IN(name, aside) && count < 2))
        return 0;
    if (IS_IN(name, aside))
        return 2;
    buf_str_add(b, b->s[b->len - 1] == '{' ? STR("\"") : STR(",\""));
    add_camel(b, str_slice(name, no ? 5 : 2, name.len));
    buf_lit(b, "\":");
    if (count < 2 || str_starts(words[1], STR("--"))) {
        buf_str_add(b, no ? STR("false") : STR("true"));
        return 1;
    }
    return add_value(a, b, name, unquoted(a, words[1])) ? 2 : 0;
}

struct str habits_aws(struct arena *a, struct str text)
{
    _cleanup_(buf_free) struct buf b = {0};
    struct str words[HABITS_WORDS_MAX];
    size_t count = habits_words(text, words);

    if (count < 3 || count == HABITS_WORDS_MAX || !str_is(words[1], "dynamodb") ||
        !IS_IN(words[2], operations))
        return STR("");
    buf_lit(&b, "call ");
    add_camel(&b, words[2]);
    buf_lit(&b, " {");
    for (size_t i = 3; i < count;) {
        size_t used;

        if (str_is(words[i], "\\")) { /* it was pasted in several lines */
            i++;
            continue;
        }
        used = option(a, &b, words + i, count - i);
        if (!used)
            return STR("");
        i += used;
    }
    buf_char(&b, '}');
    return arena_str(a, buf_str(&b));
}

#include "pksk/aws/words.h"

#include "pksk/base/buf.h"

struct splitter {
    struct arena *arena;
    struct buf word;
    bool in_word;
    struct str *words;
    size_t count, cap;
};

static void end_word(struct splitter *s)
{
    if (!s->in_word)
        return;
    if (s->count == s->cap) {
        struct str *more = arena_alloc(s->arena, s->cap * 2 + 4, sizeof(*more));

        if (s->count)
            memcpy(more, s->words, s->count * sizeof(*more));
        s->cap = s->cap * 2 + 4;
        s->words = more;
    }
    s->words[s->count++] = arena_str(s->arena, buf_str(&s->word));
    buf_reset(&s->word);
    s->in_word = false;
}

/* What stands in quotes that begin at text.s[*at]; *at is then on the closing one. */
static bool take_quoted(struct splitter *s, struct str text, size_t *at)
{
    char quote = text.s[*at];

    s->in_word = true;
    for (++*at; *at < text.len; ++*at) {
        char c = text.s[*at];

        if (c == quote)
            return true;
        if (c == '\\' && quote == '"' && *at + 1 < text.len &&
            (text.s[*at + 1] == '"' || text.s[*at + 1] == '\\'))
            c = text.s[++*at];
        buf_char(&s->word, c);
    }
    return false;
}

static bool split(struct splitter *s, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.s[i];

        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            end_word(s);
            continue;
        }
        if (c == '\'' || c == '"') {
            if (!take_quoted(s, text, &i))
                return false;
            continue;
        }
        if (c == '\\') {
            if (++i == text.len)
                return false;
            c = text.s[i];
        }
        s->in_word = true;
        buf_char(&s->word, c);
    }
    end_word(s);
    return true;
}

bool words_split(struct arena *a, struct str text, struct str **ret, size_t *count)
{
    struct splitter s = {.arena = a};
    bool fine = split(&s, text);

    buf_free(&s.word);
    if (!fine)
        return false;
    *ret = s.words;
    *count = s.count;
    return true;
}

static bool needs_quotes(struct str word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = word.s[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (unsigned char)c >= 0x80 || (c && strchr("-_./:@%+=,", c));

        if (!plain)
            return true;
    }
    return !word.len;
}

void word_quote_add(struct buf *b, struct str word)
{
    bool quotes = needs_quotes(word);

    if (quotes)
        buf_char(b, '\'');
    for (size_t i = 0; i < word.len; i++) {
        if (word.s[i] == '\'')
            buf_lit(b, "'\\''");
        else
            buf_char(b, word.s[i]);
    }
    if (quotes)
        buf_char(b, '\'');
}

const char *word_quote(struct str word, char ret[WORD_QUOTED])
{
    struct buf b = {0};

    word_quote_add(&b, word);
    /* A part of it would leave a quote open, in what is there to be copied. */
    snprintf(ret, WORD_QUOTED, "%s", b.len < WORD_QUOTED ? buf_cstr(&b) : "NAME");
    buf_free(&b);
    return ret;
}

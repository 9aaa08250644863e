#include "pksk/out/prose.h"

#include "pksk/out/text.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 120
#define HANGING 4
#define CODE_INDENT 4

unsigned prose_width(unsigned columns)
{
    return MAX(MIN(columns, WIDTH_MAX + 1), WIDTH_MIN + 1) - 1;
}

static size_t indent_of(struct str line)
{
    size_t n = 0;

    while (n < line.len && line.s[n] == ' ')
        n++;
    return n;
}

/* The next line's words, as many as fit; blanks at the break are dropped. */
static struct str take_line(struct str *rest, unsigned cells)
{
    size_t len = text_line(*rest, cells), end;
    struct str line;

    /* a word ends at the edge: the blank behind it is not needed */
    if (len < rest->len && rest->s[len - 1] != ' ' && rest->s[len] != ' ') {
        for (end = len; end && rest->s[end] != ' ';)
            end--;
        len = end ? end : len;
    }
    line = str_slice(*rest, 0, len);
    while (line.len && line.s[line.len - 1] == ' ')
        line.len--;
    while (len < rest->len && rest->s[len] == ' ')
        len++;
    *rest = str_slice(*rest, len, rest->len);
    return line;
}

static void add_line(struct buf *b, struct str line, unsigned width, unsigned hanging)
{
    size_t indent = MIN(indent_of(line), (size_t)width / 2);
    unsigned further = (unsigned)indent + hanging;

    if (text_width(line) <= width) {
        buf_str_add(b, line);
        buf_char(b, '\n');
        return;
    }
    line = str_slice(line, indent_of(line), line.len);
    text_blanks(b, (unsigned)indent);
    buf_str_add(b, take_line(&line, width - (unsigned)indent));
    buf_char(b, '\n');
    while (line.len) {
        text_blanks(b, further);
        buf_str_add(b, take_line(&line, width > further ? width - further : 1));
        buf_char(b, '\n');
    }
}

void prose_add_lines(struct buf *b, struct str lines, unsigned width, unsigned hanging)
{
    struct str line;

    while (str_split(&lines, '\n', &line)) {
        if (line.len || lines.s)
            add_line(b, line, width, hanging);
    }
}

/* ---- pages */

/* `code`, without its marks; `open` goes on over the ends of lines. */
static void add_marked(struct buf *b, struct str line, bool colour, bool *open)
{
    if (*open && colour)
        buf_str_add(b, str_of(colour_on(COLOUR_BOLD)));
    for (size_t i = 0; i < line.len; i++) {
        if (line.s[i] != '`') {
            buf_char(b, line.s[i]);
            continue;
        }
        *open = !*open;
        if (colour)
            buf_str_add(b, *open ? str_of(colour_on(COLOUR_BOLD)) : STR(COLOUR_OFF));
    }
    if (*open && colour)
        buf_lit(b, COLOUR_OFF);
    buf_char(b, '\n');
}

static void end_paragraph(struct buf *b, struct buf *words, unsigned width, bool colour)
{
    struct str rest = buf_str(words);
    bool open = false;

    while (rest.len)
        add_marked(b, take_line(&rest, width), colour, &open);
    buf_reset(words);
}

static void add_heading(struct buf *b, struct str line, bool colour)
{
    buf_str_add(b, colour ? str_of(colour_on(COLOUR_BOLD)) : STR(""));
    buf_str_add(b, line);
    buf_str_add(b, colour ? STR(COLOUR_OFF) : STR(""));
    buf_char(b, '\n');
}

void prose_add_page(struct buf *b, struct str text, unsigned width, bool colour)
{
    _cleanup_(buf_free) struct buf words = {0};
    struct str line;

    while (str_split(&text, '\n', &line)) {
        bool heading = str_starts(line, STR("## ")), code = indent_of(line) >= CODE_INDENT;

        if (!line.len && !text.s)
            break;
        if (line.len && !heading && !code) {
            if (words.len)
                buf_char(&words, ' ');
            buf_str_add(&words, line);
            continue;
        }
        end_paragraph(b, &words, width, colour);
        if (heading)
            add_heading(b, str_slice(line, 3, line.len), colour);
        else if (code)
            add_line(b, line, width, HANGING);
        else
            buf_char(b, '\n');
    }
    end_paragraph(b, &words, width, colour);
}

#include <limits.h>

#include "pksk/line/editor-internal.h"

/* A list that is higher than the screen is shown by the next TAB. */
static bool asks_first(struct editor *ed, const struct completion *r, const struct paint *p,
                       unsigned used)
{
    _cleanup_(cleanup_free) struct str *texts = mem_resize(NULL, r->count + 1, sizeof(*texts));
    for (size_t i = 0; i < r->count; i++)
        texts[i] = r->list[i].display;
    unsigned rows = paint_columns_rows(texts, r->count, p->columns) + r->more + r->seen;
    bool shown = ed->asked;
    ed->asked = false;
    if (shown || rows + used < p->rows || rows < 3)
        return false;
    buf_reset(&ed->note);
    buf_addf(&ed->note, "%zu%s; TAB shows them in %u lines", r->count, r->more ? " and more" : "",
             rows);
    ed->asked = true;
    if (ed->smart)
        return true;
    view_leave_line(ed, STR(""));
    view_put(buf_str(&ed->note));
    view_put(STR("\r\n"));
    return true;
}

static unsigned char show_list(struct editor *ed, const struct completion *r)
{
    _cleanup_(buf_free) struct buf out = {0};
    struct paint p = view_line(ed);
    struct place cursor;
    unsigned used = paint_measure(&p, &cursor);
    if (asks_first(ed, r, &p, used))
        return CC_NORM;
    view_leave_line(ed, STR(""));
    if (r->count == 0) {
        buf_str_add(&out, r->note);
        buf_lit(&out, "\r\n");
    } else {
        view_add_list(&out, r, &p, UINT_MAX, r->more);
        if (r->seen)
            buf_lit(&out, "… seen so far\r\n");
    }
    view_put(buf_str(&out));
    return CC_NORM;
}

/* Somebody who types on is not interrupted by text that was meant for what stood there before. */
void tab_show_narrowed(struct editor *ed)
{
    const struct completion *r = complete_result(ed->o.completer);
    ed->narrowing = false;
    if (r->count > 1)
        show_list(ed, r);
}

static int begin(struct editor *ed)
{
    _cleanup_(buf_free) struct buf text = {0};
    view_text(ed, true, &text);
    size_t cursor = text.len;
    buf_reset(&text);
    view_text(ed, false, &text);
    return complete_begin(ed->o.completer, buf_str(&text), cursor);
}

void tab_narrow(struct editor *ed)
{
    ed->unseen = false;
    ed->narrowing = true;
    if (begin(ed) == COMPLETE_DONE) {
        ed->looking = false;
        tab_show_narrowed(ed);
    }
}

unsigned char tab_replace(struct editor *ed, struct str typed, struct str text)
{
    size_t len, wide_len;
    free(paint_widen(typed, &len)); /* only its length in characters */
    _cleanup_(cleanup_free) wchar_t *wide = paint_widen(text, &wide_len);
    if (len > 0)
        libedit.deletestr(ed->el, (int)len);
    return libedit.winsertstr(ed->el, wide) < 0 ? CC_REFRESH_BEEP : CC_REFRESH;
}

unsigned char tab_use(struct editor *ed)
{
    const struct completion *r = complete_result(ed->o.completer);
    if (r->count == 0)
        return r->note.len > 0 ? show_list(ed, r) : CC_ERROR;
    _cleanup_(buf_free) struct buf text = {0}, new = {0};
    view_text(ed, true, &text);
    if (r->span.from < ed->before.len || r->span.from > text.len)
        return CC_ERROR;
    struct str word = str_slice(buf_str(&text), r->span.from, text.len);
    if (r->count > 1 || r->more) {
        bool grows = r->common.len >= word.len && !str_eq(r->common, word);
        return grows ? tab_replace(ed, word, r->common) : show_list(ed, r);
    }
    struct paint p = view_line(ed);
    buf_str_add(&new, r->list[0].insert);
    if (!r->list[0].goes_on && (p.cursor == p.len || p.text[p.cursor] != L' '))
        buf_char(&new, ' ');
    return tab_replace(ed, word, buf_str(&new));
}

unsigned char tab_press(struct editor *ed)
{
    bool again = ed->looking;
    ed->narrowing = false;
    ed->looking = begin(ed) != COMPLETE_DONE;
    if (!ed->looking)
        return tab_use(ed);
    if (!again)
        ed->looking_since_us = clock_mono_us(&clock_real);
    return CC_NORM;
}

void tab_stop(struct editor *ed)
{
    complete_cancel(ed->o.completer);
    ed->looking = ed->narrowing = false;
}

#include "pksk/aws/ini.h"

#include "pksk/base/map.h"
#include "pksk/base/port.h"
#include "pksk/base/utf8.h"

/* ---- blanks as Python's str.strip() knows them ---- */

static bool is_space(int32_t c)
{
    return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

/* Counted in characters, which is what an indent is compared by. */
static struct str strip_front(struct str t, unsigned *count)
{
    size_t at = 0, len;

    for (*count = 0; at < t.len && is_space(utf8_decode(t, at, &len)); at += len)
        ++*count;
    return str_slice(t, at, t.len);
}

static struct str strip_back(struct str t)
{
    while (t.len) {
        size_t at = t.len - 1, len;

        while (at > 0 && ((unsigned char)t.s[at] & 0xc0) == 0x80)
            at--;
        if (!is_space(utf8_decode(t, at, &len)))
            break;
        t.len = at;
    }
    return t;
}

static struct str strip(struct str t)
{
    unsigned ignored;

    return strip_back(strip_front(t, &ignored));
}

/* ---- what other SDKs read differently ---- */

/* By the readers of the SDKs for Java and JavaScript, version 2 and 3. Said once for a file, at the
 * first such line: whoever indents one line indents many. */
enum oddity {
    ODD_COLON,
    ODD_UPPER_CASE,
    ODD_INDENT,
    ODD_COMMENT,
    ODD_DEFAULT,
    ODD_BLANK,
    ODD_REST,
    ODD_COUNT,
};

static const char *const oddities[] = {
    [ODD_COLON] = "a colon ends the name, as for the AWS CLI; other SDKs want \"=\"",
    [ODD_UPPER_CASE] =
        "the name is read in lower case, as by the AWS CLI; other SDKs tell them apart",
    [ODD_INDENT] =
        "this line is one of its own, as for the AWS CLI; other SDKs take what is indented "
        "for a part of the line before",
    [ODD_COMMENT] =
        "this is a comment, as for the AWS CLI; some other SDKs take what is indented for "
        "a part of the value before",
    [ODD_DEFAULT] = "[DEFAULT] counts for all sections, as for the AWS CLI; for other SDKs it is a "
                    "section like any other",
    [ODD_BLANK] =
        "the blank belongs to the section's name, as for the AWS CLI; some other SDKs leave "
        "it out",
    [ODD_REST] = "what follows the section's name is left out, as by the AWS CLI; some other SDKs "
                 "refuse it",
};

/* ---- the parser ---- */

struct parser {
    const char *file;
    unsigned line, indent;
    struct ini *ini;
    struct ini_section **next_section;
    struct ini_section *section; /* NULL before the first, and in [DEFAULT] */
    struct ini_entry *
        *next_entry; /* where the next one of this section is hung; NULL: no section */
    struct ini_entry **next_default;
    struct ini_entry *entry; /* the one whose value goes on */
    struct buf value;
    struct map sections, keys, default_keys;
    struct {
        unsigned line, count;
    } odd[ODD_COUNT];
    struct err *e;
};

static void note(struct parser *p, enum oddity what)
{
    if (!p->odd[what].count++)
        p->odd[what].line = p->line;
}

static int fail(struct parser *p, const char *what, struct str name)
{
    int r = err_set(p->e, ERR_CONNECT, "%s:%u: ", p->file, p->line);

    if (p->e) {
        size_t at = strlen(p->e->text);

        snprintf(p->e->text + at, sizeof(p->e->text) - at, what, STR_ARG(name));
    }
    err_hint(p->e, "the AWS CLI does not read this file either; mend that line");
    return r;
}

static void add_warning(struct ini *ini, struct str text)
{
    ini->warnings = mem_resize(ini->warnings, ini->warning_count + 1, sizeof(*ini->warnings));
    ini->warnings[ini->warning_count++] = text;
}

static void warn_of_comment(struct parser *p, struct str key)
{
    add_warning(p->ini,
                arena_printf(&p->ini->arena,
                             "%s:%u: what follows the blank and the comment sign belongs to "
                             "the value of %.*s, as for the AWS CLI; some other SDKs cut it "
                             "off",
                             p->file, p->line, STR_ARG(key)));
}

static void warn_of_oddities(struct parser *p)
{
    for (size_t i = 0; i < ODD_COUNT; i++) {
        unsigned more = p->odd[i].count - 1;
        char rest[40] = "";

        if (!p->odd[i].count)
            continue;
        if (more)
            snprintf(rest, sizeof(rest), " (%u more line%s)", more, more == 1 ? "" : "s");
        add_warning(p->ini, arena_printf(&p->ini->arena, "%s:%u: %s%s", p->file, p->odd[i].line,
                                         oddities[i], rest));
    }
}

static bool looks_commented(struct str value)
{
    for (size_t i = 1; i < value.len; i++)
        if ((value.s[i] == '#' || value.s[i] == ';') && is_space(value.s[i - 1]))
            return true;
    return false;
}

/* Every line of a nested value needs its `=`, else the CLI refuses the whole file. */
static bool nesting_is_sound(struct str value)
{
    struct str rest = value, line;
    size_t ignored;

    if (!value.len || value.s[0] != '\n')
        return true;
    while (str_split(&rest, '\n', &line))
        if (strip(line).len && !str_find_char(line, '=', &ignored))
            return false;
    return true;
}

static int end_entry(struct parser *p)
{
    struct ini_entry *entry = p->entry;

    if (!entry)
        return 0;
    entry->value = arena_str(&p->ini->arena, strip_back(buf_str(&p->value)));
    p->entry = NULL;
    if (p->value.len)
        port_wipe(p->value.s, p->value.len);
    buf_reset(&p->value);
    if (nesting_is_sound(entry->value))
        return 0;
    p->line = entry->line;
    return fail(p, "a line nested below %.*s has no \"=\"", entry->key);
}

static void note_header(struct parser *p, struct str name, struct str rest)
{
    rest = strip(rest);
    if (strip(name).len < name.len)
        note(p, ODD_BLANK);
    if (rest.len && rest.s[0] != '#' && rest.s[0] != ';')
        note(p, ODD_REST);
}

/* A section's name reaches to the last bracket; the rest of the line is dropped. */
static int begin_section(struct parser *p, struct str name, struct str rest)
{
    struct ini_section *s;
    int r = end_entry(p);

    if (r < 0)
        return r;
    note_header(p, name, rest);
    map_free(&p->keys, NULL);
    if (str_is(name, "DEFAULT")) {
        note(p, ODD_DEFAULT);
        p->section = NULL;
        p->next_entry = p->next_default;
        return 0;
    }
    if (map_put(&p->sections, name, p))
        return fail(p, "the section [%.*s] is there already", name);
    s = arena_new(&p->ini->arena, struct ini_section);
    *s = (struct ini_section){.name = arena_str(&p->ini->arena, name), .line = p->line};
    *p->next_section = s;
    p->next_section = &s->next;
    p->section = s;
    p->next_entry = &s->entries;
    return 0;
}

static struct str lower_case(struct arena *a, struct str t)
{
    char *copy = arena_bytes(a, t.len);

    for (size_t i = 0; i < t.len; i++)
        copy[i] = t.s[i] >= 'A' && t.s[i] <= 'Z' ? (char)(t.s[i] + 'a' - 'A') : t.s[i];
    return (struct str){copy, t.len};
}

static int begin_entry(struct parser *p, struct str line)
{
    size_t at;
    struct ini_entry *entry;

    for (at = 0; at < line.len && line.s[at] != '=' && line.s[at] != ':'; at++)
        ;
    if (at == line.len)
        return fail(p, "there is neither \"=\" nor \":\" in this line%.*s", STR(""));
    struct str key = strip_back(str_slice(line, 0, at));
    struct str value = strip(str_slice(line, at + 1, line.len));

    if (!key.len)
        return fail(p, "there is no name before \"%.*s\"", str_slice(line, at, at + 1));
    int r = end_entry(p);

    if (r < 0)
        return r;
    if (line.s[at] == ':')
        note(p, ODD_COLON);
    struct str written = key;

    key = lower_case(&p->ini->arena, key);
    if (!str_eq(key, written))
        note(p, ODD_UPPER_CASE);
    if (map_put(p->section ? &p->keys : &p->default_keys, key, p))
        return fail(p, "%.*s is there twice in its section", key);
    entry = arena_new(&p->ini->arena, struct ini_entry);
    *entry = (struct ini_entry){.key = key, .line = p->line};
    *p->next_entry = entry;
    p->next_entry = &entry->next;
    if (!p->section)
        p->next_default = p->next_entry;
    p->entry = entry;
    buf_str_add(&p->value, value);
    if (looks_commented(value))
        warn_of_comment(p, key);
    return 0;
}

static int parse_line(struct parser *p, struct str line)
{
    unsigned indent;
    struct str text = strip_back(strip_front(line, &indent));

    if (!text.len) {
        if (p->entry)
            buf_char(&p->value, '\n');
        return 0;
    }
    if (text.s[0] == '#' || text.s[0] == ';') {
        if (indent && p->entry)
            note(p, ODD_COMMENT);
        return 0;
    }
    if (p->entry && indent > p->indent) {
        buf_char(&p->value, '\n');
        buf_str_add(&p->value, text);
        return 0;
    }
    p->indent = indent;
    if (indent)
        note(p, ODD_INDENT);
    if (text.s[0] == '[') {
        size_t to = text.len - 1;

        while (to > 1 && text.s[to] != ']')
            to--;
        if (to > 1)
            return begin_section(p, str_slice(text, 1, to), str_slice(text, to + 1, text.len));
    }
    if (!p->next_entry)
        return fail(p, "text before the first [section]%.*s", STR(""));
    return begin_entry(p, text);
}

/* Lines end as in Python's universal newlines: LF, CR LF or CR alone. */
static struct str next_line(struct str *rest)
{
    size_t at = 0;
    struct str line;

    while (at < rest->len && rest->s[at] != '\n' && rest->s[at] != '\r')
        at++;
    line = str_slice(*rest, 0, at);
    if (at + 1 < rest->len && rest->s[at] == '\r' && rest->s[at + 1] == '\n')
        at++;
    *rest = str_slice(*rest, at < rest->len ? at + 1 : at, rest->len);
    return line;
}

static int parse_all(struct parser *p, struct str text)
{
    struct str rest = text;

    p->line = 1;
    if (str_starts(text, STR("\xef\xbb\xbf")))
        return fail(p, "the file begins with a byte order mark%.*s", STR(""));
    for (; rest.len; p->line++) {
        struct str line = next_line(&rest);

        if (!utf8_valid(line))
            return fail(p, "this line is not UTF-8%.*s", STR(""));
        int r = parse_line(p, line);

        if (r < 0)
            return r;
    }
    int r = end_entry(p);

    if (r == 0)
        warn_of_oddities(p);
    return r;
}

int ini_parse(struct str text, const char *file, struct ini *ret, struct err *e)
{
    struct parser p = {.file = file, .ini = ret, .e = e};

    *ret = (struct ini){0};
    p.next_section = &ret->sections;
    p.next_default = &ret->defaults;
    int r = parse_all(&p, text);

    map_free(&p.sections, NULL);
    map_free(&p.keys, NULL);
    map_free(&p.default_keys, NULL);
    buf_wipe(&p.value);
    if (r < 0)
        ini_free(ret);
    return r;
}

/* ---- what was read ---- */

static void wipe_entries(struct ini_entry *entries)
{
    for (struct ini_entry *n = entries; n; n = n->next)
        if (n->value.len)
            port_wipe((char *)n->value.s, n->value.len);
}

void ini_free(struct ini *ini)
{
    for (struct ini_section *s = ini->sections; s; s = s->next)
        wipe_entries(s->entries);
    wipe_entries(ini->defaults);
    free(ini->warnings);
    arena_free(&ini->arena);
    *ini = (struct ini){0};
}

const struct ini_section *ini_section(const struct ini *ini, struct str name)
{
    for (const struct ini_section *s = ini->sections; s; s = s->next)
        if (str_eq(s->name, name))
            return s;
    return NULL;
}

static const struct ini_entry *find(const struct ini_entry *entries, struct str key)
{
    for (const struct ini_entry *n = entries; n; n = n->next)
        if (str_eq(n->key, key))
            return n;
    return NULL;
}

bool ini_get(const struct ini *ini, const struct ini_section *section, struct str key,
             struct str *ret)
{
    const struct ini_entry *entry = section ? find(section->entries, key) : NULL;

    if (!entry)
        entry = find(ini->defaults, key);
    if (entry)
        *ret = entry->value;
    return entry;
}

bool ini_nested(struct str value, struct str key, struct str *ret)
{
    struct str rest = value, line;
    bool found = false;
    size_t at;

    if (!value.len || value.s[0] != '\n')
        return false;
    while (str_split(&rest, '\n', &line))
        if (str_find_char(line, '=', &at) && str_eq(strip(str_slice(line, 0, at)), key)) {
            *ret = strip(str_slice(line, at + 1, line.len));
            found = true;
        }
    return found;
}

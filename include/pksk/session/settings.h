/* What `set` changes: one list, from which come the struct, the parser of values, `set`'s listing,
 * the help and completion.
 *
 * The struct owns its text values. Settings come from the defaults, then the configuration file
 * ([pksk], then [profile NAME]), then options, then `set`.
 */
#ifndef PKSK_SESSION_SETTINGS_H
#define PKSK_SESSION_SETTINGS_H

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

/* kind, field, name, default, values (or what a value is), one line of help */
#define SETTINGS(S)                                                                                \
    S(CHOICE, format, "format", "auto",                                                            \
      "auto pretty vertical table json jsonl ddb-json csv tsv pksk",                               \
      "how items are written; auto: pretty on a terminal, jsonl elsewhere")                        \
    S(CHOICE, stats, "stats", "auto", "auto on off",                                               \
      "the line before and after a statement's items; auto: on a terminal")                        \
    S(SWITCH, timing, "timing", "off", "on off",                                                   \
      "how long each statement took, wherever the output goes")                                    \
    S(NUMBER, budget, "budget", "0", "capacity units",                                             \
      "no statement reads on after so many units; 0: no end")                                      \
    S(NUMBER, scan_confirm, "scan-confirm", "5000", "capacity units",                              \
      "a scan that would cost more asks first, on a terminal; 0: never")                           \
    S(SWITCH, complete_live, "complete-live", "on", "on off", "TAB may ask the service for keys")  \
    S(SWITCH, keys_follow, "keys-follow", "on", "on off",                                          \
      "an update changes the index keys that the model makes of what it sets")                     \
    S(SWITCH, fail_empty, "fail-empty", "off", "on off",                                           \
      "in scripts, a get, query or scan that finds nothing ends with status 1")                    \
    S(SWITCH, highlight, "highlight", "on", "on off", "colours and hints in the line being typed") \
    S(AMOUNT, undo_keep, "undo-keep", "auto", "megabytes, auto or off",                            \
      "how much undo keeps of writes of many items; auto: 64 when typed, else off")                \
    S(TEXT, pager, "pager", "", "a shell command",                                                 \
      "for what does not fit the screen; empty: $PAGER, or less; off: none")                       \
    S(SWITCH, read_only, "read-only", "off", "on off",                                             \
      "statements that change anything are refused")                                               \
    S(SWITCH, production, "production", "off", "on off",                                           \
      "the prompt is red, and read-only is on until it is set off")

#define AMOUNT_AUTO UINT64_MAX

struct settings {
#define SETTING_TYPE_CHOICE const char *
#define SETTING_TYPE_SWITCH bool
#define SETTING_TYPE_NUMBER uint64_t
#define SETTING_TYPE_AMOUNT uint64_t
#define SETTING_TYPE_TEXT char *
#define S(kind, field, name, otherwise, values, help) SETTING_TYPE_##kind field;
    SETTINGS(S)
#undef S
};

struct setting_info {
    const char *name, *otherwise, *values, *help;
    bool listed; /* the values are all there are */
};

void settings_init(struct settings *s); /* the defaults */
void settings_deinit(struct settings *s);

int settings_set(struct settings *s, struct str name, struct str value, struct err *e) must_check;
void settings_show(const struct settings *s, size_t i, struct buf *ret); /* the value as text */

size_t settings_count(void);
const struct setting_info *settings_info(size_t i);
const struct setting_info *settings_find(struct str name, size_t *i); /* NULL: no such setting */

/* Reads the configuration file, if it is there: [pksk] and [profile NAME]. A profile that is marked
 * as production is read-only, unless its own section says otherwise. */
int settings_load(struct settings *s, const char *path, struct str profile,
                  struct err *e) must_check;

#endif

/* A configuration file is refused with its name, line and a message, or all its settings can be
 * shown, and what is shown sets the same again. */
#include "pksk/session/settings.h"

#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_shown(const struct settings *s)
{
    struct settings copy;
    struct err e;

    settings_init(&copy);
    for (size_t i = 0; i < settings_count(); i++) {
        _cleanup_(buf_free) struct buf once = {0}, again = {0};

        settings_show(s, i, &once);
        require(settings_set(&copy, str_of(settings_info(i)->name), buf_str(&once), &e) == 0);
        settings_show(&copy, i, &again);
        require(str_eq(buf_str(&once), buf_str(&again)));
    }
    settings_deinit(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(buf_free) struct buf path = {0};
    struct settings s;
    struct err e = {0};

    buf_addf(&path, "%s/config", scratch());
    scratch_put(buf_cstr(&path), (struct str){(const char *)data, size});
    settings_init(&s);
    if (settings_load(&s, buf_cstr(&path), STR("prod"), &e) < 0)
        require(str_starts(str_of(e.text), buf_str(&path)) && e.code < 0);
    check_shown(&s);
    settings_deinit(&s);
    return 0;
}

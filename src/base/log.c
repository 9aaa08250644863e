#include "pksk/base/log.h"

#include <stdarg.h>

#include "pksk/base/buf.h"

volatile sig_atomic_t cancel_flag;
volatile sig_atomic_t end_signal;

void cancel_clear(void)
{
    cancel_flag = 0;
    if (end_signal) /* looked at after: it may come in between */
        cancel_flag = 1;
}

static struct {
    log_sink *write;
    void *ctx;
} sink;

void log_set_sink(log_sink *write, void *ctx)
{
    sink.write = write;
    sink.ctx = ctx;
}

bool log_on(void)
{
    return sink.write != NULL;
}

void log_debug(const char *format, ...)
{
    _cleanup_(buf_free) struct buf line = {.max = 64 << 10};
    va_list args;

    if (!sink.write)
        return;
    va_start(args, format);
    buf_vaddf(&line, format, args);
    va_end(args);
    sink.write(sink.ctx, buf_str(&line));
}

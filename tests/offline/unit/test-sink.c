#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/out/sink.h"
#include "test.h"

static char dir[] = "/tmp/pksk-test-sink-XXXXXX";
static char path_room[256];

static const char *path(const char *name)
{
    snprintf(path_room, sizeof(path_room), "%s/%s", dir, name);
    return path_room;
}

static struct buf content;

static struct str read_back(const char *name)
{
    struct err e = {0};

    buf_reset(&content);
    if (file_read(path(name), 1 << 24, &content, &e) < 0)
        return STR("(missing)");
    return buf_str(&content);
}

static unsigned entries(void)
{
    char command[300];
    unsigned count = 0;
    FILE *f;

    snprintf(command, sizeof(command), "ls -A %s | wc -l", dir);
    f = popen(command, "r");
    if (!f || fscanf(f, "%u", &count) != 1)
        count = 999;
    if (f)
        pclose(f);
    return count;
}

/* Standard output becomes a file for as long as a sink is tried. */
static int saved_stdout = -1;

static void stdout_to(const char *name)
{
    fflush(stdout);
    saved_stdout = dup(STDOUT_FILENO);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    dup2(fd, STDOUT_FILENO);
    close(fd);
}

static void stdout_back(void)
{
    dup2(saved_stdout, STDOUT_FILENO);
    close(saved_stdout);
}

TEST(a_buffer_takes_all)
{
    struct err e = {0};
    struct buf b = {0};
    struct sink *s = sink_buffer(&b);

    CHECK(sink_write(s, STR("one\n"), &e) == 0);
    buf_lit(sink_room(s), "two\n");
    CHECK(sink_filled(s, &e) == 0 && sink_flush(s, &e) == 0);
    CHECK_STR(buf_str(&b), "one\ntwo\n");
    CHECK(sink_close(s, true, &e) == 0);
    CHECK_STR(buf_str(&b), "one\ntwo\n");
    buf_free(&b);
}

TEST(a_file_takes_its_place_on_close)
{
    struct err e = {0};
    struct sink *s;
    struct stat st;

    CHECK(sink_file(path("a.jsonl"), &s, &e) == 0);
    CHECK(sink_write(s, STR("{}\n"), &e) == 0 && sink_flush(s, &e) == 0);
    CHECK_STR(read_back("a.jsonl"), "(missing)");
    CHECK(sink_close(s, true, &e) == 0);
    CHECK_STR(read_back("a.jsonl"), "{}\n");
    CHECK(stat(path("a.jsonl"), &st) == 0);
    mode_t mask = umask(0);
    umask(mask);
    CHECK((st.st_mode & 0777) == (0666 & ~mask));
    CHECK(entries() == 1);
}

TEST(a_file_that_is_dropped_leaves_the_old_one)
{
    struct err e = {0};
    struct sink *s;

    CHECK(sink_file(path("a.jsonl"), &s, &e) == 0);
    CHECK(sink_write(s, STR("half"), &e) == 0);
    CHECK(sink_close(s, false, &e) == 0);
    CHECK_STR(read_back("a.jsonl"), "{}\n");
    CHECK(entries() == 1);
}

TEST(a_file_keeps_its_mode_and_a_link_its_target)
{
    struct err e = {0};
    struct sink *s;
    struct stat st;
    char target[300];

    snprintf(target, sizeof(target), "%s/a.jsonl", dir);
    CHECK(chmod(target, 0640) == 0);
    CHECK(symlink("a.jsonl", path("link")) == 0);
    CHECK(sink_file(path("link"), &s, &e) == 0);
    CHECK(sink_write(s, STR("new\n"), &e) == 0);
    CHECK(sink_close(s, true, &e) == 0);
    CHECK(lstat(path("link"), &st) == 0 && S_ISLNK(st.st_mode));
    CHECK(stat(target, &st) == 0 && (st.st_mode & 0777) == 0640);
    CHECK_STR(read_back("a.jsonl"), "new\n");
    CHECK(unlink(path("link")) == 0);
}

TEST(a_file_that_cannot_be)
{
    struct err e = {0};
    struct sink *s = NULL;

    CHECK(sink_file(path("no/such/place.csv"), &s, &e) == ERR_FAILED && !s);
    CHECK(strstr(e.text, "No such file or directory"));
    CHECK(sink_file(dir, &s, &e) == ERR_FAILED && !s);
    CHECK(strstr(e.text, "is a directory"));
}

TEST(a_full_disk_is_said)
{
    struct err e = {0};
    struct sink *s;
    struct stat st;

    CHECK(sink_file("/dev/full", &s, &e) == 0);
    CHECK(sink_write(s, STR("x\n"), &e) == 0);
    CHECK(sink_flush(s, &e) == ERR_FAILED);
    CHECK_STR(str_of(e.text), "cannot write to /dev/full: No space left on device");
    CHECK(!sink_reader_gone(s));
    CHECK(sink_close(s, false, &e) == 0);
    CHECK(stat("/dev/full", &st) == 0 && S_ISCHR(st.st_mode)); /* a device is not replaced */

    stdout_to("/dev/full");
    s = sink_stdout();
    int written = sink_write(s, STR("x\n"), &e), closed = sink_close(s, true, &e);
    stdout_back();
    CHECK(written == 0 && closed == ERR_FAILED);
    CHECK_STR(str_of(e.text), "cannot write to standard output: No space left on device");
}

TEST(a_command_reads_it_all)
{
    struct err e = {0};
    _cleanup_(buf_free) struct buf big = {0}, command = {0};
    struct sink *s;

    for (unsigned i = 0; i < 100000; i++)
        buf_addf(&big, "%u\n", i);
    buf_addf(&command, "tail -n 1 > %s", path("tail"));
    CHECK(sink_command(buf_cstr(&command), &s, &e) == 0);
    for (size_t i = 0; i < big.len; i += 1000)
        CHECK(sink_write(s, str_slice(buf_str(&big), i, MIN(i + 1000, big.len)), &e) == 0);
    CHECK(sink_close(s, true, &e) == 0);
    CHECK_STR(read_back("tail"), "99999\n");
}

TEST(a_command_that_fails_is_said)
{
    struct err e = {0};
    struct sink *s;

    CHECK(sink_command("cat >/dev/null; exit 3", &s, &e) == 0);
    CHECK(sink_close(s, true, &e) == ERR_FAILED);
    CHECK_STR(str_of(e.text), "the command failed with exit status 3: cat >/dev/null; exit 3");
    CHECK(sink_command("kill -TERM $$", &s, &e) == 0);
    CHECK(sink_close(s, true, &e) == ERR_FAILED);
    CHECK(strstr(e.text, "Terminated"));
    CHECK(sink_command("kill -INT $$", &s, &e) == 0);
    CHECK(sink_close(s, true, &e) == ERR_CANCELLED);
}

TEST(a_reader_that_leaves)
{
    static char block[1 << 16];
    struct err e = {0};
    struct sink *s;
    int r = 0;

    memset(block, 'x', sizeof(block));
    signal(SIGPIPE, SIG_IGN); /* the program sees to it that it is an error of write() */
    CHECK(sink_command("head -c 1 >/dev/null", &s, &e) == 0);
    for (unsigned i = 0; i < 1000 && r == 0; i++)
        r = sink_write(s, (struct str){block, sizeof(block)}, &e);
    CHECK(r == ERR_FAILED && sink_reader_gone(s));
    CHECK(sink_write(s, (struct str){block, sizeof(block)}, &e) == ERR_FAILED);
    CHECK(sink_close(s, true, &e) == 0); /* head is content */
}

TEST(a_command_has_its_own_signals)
{
    _cleanup_(buf_free) struct buf command = {0};
    unsigned long long ignored = 0;
    struct err e = {0};
    struct sink *s;

    signal(SIGINT, SIG_IGN); /* a child must not inherit that, nor an ignored SIGPIPE */
    buf_addf(&command, "grep SigIgn /proc/self/status > %s", path("signals"));
    CHECK(sink_command(buf_cstr(&command), &s, &e) == 0);
    CHECK(sink_close(s, true, &e) == 0);
    signal(SIGINT, SIG_DFL);
    read_back("signals");
    CHECK(sscanf(buf_cstr(&content), "SigIgn: %llx", &ignored) == 1);
    CHECK(!(ignored & (1ull << (SIGINT - 1) | 1ull << (SIGPIPE - 1))));
}

/* A pager that leaves word that it ran. */
static int page_lines(unsigned lines, unsigned rows, const char *text)
{
    _cleanup_(buf_free) struct buf command = {0};
    struct err e = {0};
    struct sink *s;
    int r = 0;

    unlink(path("paged"));
    buf_addf(&command, "cat > %s; env > %s/env", path("paged"), dir);
    stdout_to(path("plain"));
    s = sink_pager(buf_cstr(&command), rows, 10);
    for (unsigned i = 0; i < lines && r == 0; i++)
        r = sink_write(s, str_of(text), &e);
    if (r == 0)
        r = sink_flush(s, &e);
    int closed = sink_close(s, true, &e);
    stdout_back();
    return r < 0 ? r : closed;
}

TEST(what_fits_is_not_paged)
{
    CHECK(page_lines(5, 5, "short\n") == 0);
    CHECK_STR(read_back("plain"), "short\nshort\nshort\nshort\nshort\n");
    CHECK_STR(read_back("paged"), "(missing)");
}

TEST(what_does_not_fit_is_paged)
{
    CHECK(page_lines(3, 2, "short\n") == 0);
    CHECK_STR(read_back("plain"), "");
    CHECK_STR(read_back("paged"), "short\nshort\nshort\n");
}

TEST(long_lines_count_as_the_rows_that_they_take)
{
    CHECK(page_lines(2, 4, "eleven cell\n") == 0); /* two rows each on a screen of ten columns */
    CHECK_STR(read_back("paged"), "(missing)");
    CHECK(page_lines(2, 3, "eleven cell\n") == 0);
    CHECK_STR(read_back("plain"), "");
    CHECK(page_lines(2, 2, "\033[1mten cells!\033[0m\n") == 0); /* colours take none */
    CHECK_STR(read_back("paged"), "(missing)");
}

TEST(the_pager_is_told_to_be_safe)
{
    size_t at;

    setenv("LESSOPEN", "|evil %s", 1);
    unsetenv("LESS");
    CHECK(page_lines(3, 2, "short\n") == 0);
    struct str env = read_back("env");
    CHECK(str_find(env, STR("LESSSECURE=1\n"), &at));
    CHECK(str_find(env, STR("LESS=FRX\n"), &at));
    CHECK(!str_find(env, STR("LESSOPEN"), &at));
    setenv("LESS", "R", 1);
    CHECK(page_lines(3, 2, "short\n") == 0);
    env = read_back("env");
    CHECK(str_find(env, STR("LESS=R\n"), &at) && !str_find(env, STR("LESS=FRX"), &at));
}

TEST(a_pager_that_is_not_there_is_said)
{
    struct err e = {0};

    fflush(stderr);
    int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(null, STDERR_FILENO); /* sh has its say, too */
    struct sink *s = sink_pager("no-such-pager-here", 1, 80);
    int r = sink_write(s, STR("a\nb\nc\n"), &e), closed;
    if (r == 0)
        r = sink_flush(s, &e);
    closed = sink_close(s, true, &e);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(null);
    CHECK(closed == ERR_FAILED);
    CHECK_STR(str_of(e.text), "cannot run the pager: no-such-pager-here");
}

__attribute__((constructor)) static void make_dir(void)
{
    if (!mkdtemp(dir))
        abort();
}

__attribute__((destructor)) static void remove_dir(void)
{
    buf_free(&content);
    char command[300];

    snprintf(command, sizeof(command), "rm -rf %s", dir);
    if (system(command) != 0)
        fprintf(stderr, "cannot remove %s\n", dir);
}

TEST_MAIN()

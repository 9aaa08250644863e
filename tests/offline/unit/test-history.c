#include "pksk/line/history.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "test.h"

/* A directory of its own for each test; the history is two levels below, and not there yet. */
static char dir[64], file[128];

static void begin(void)
{
    snprintf(dir, sizeof(dir), "/tmp/pksk-history-XXXXXX");
    if (!mkdtemp(dir))
        abort();
    snprintf(file, sizeof(file), "%s/state/pksk/history", dir);
}

static void end(void)
{
    char path[160];
    unlink(file);
    snprintf(path, sizeof(path), "%s/state/pksk", dir);
    rmdir(path);
    snprintf(path, sizeof(path), "%s/state", dir);
    rmdir(path);
    rmdir(dir);
}

static struct history *open_new(size_t max, int *code)
{
    struct err e;
    struct history *h = history_new(max);
    *code = history_open(h, file, &e);
    return h;
}

static int add(struct history *h, const char *entry)
{
    struct err e;
    return history_add(h, str_of(entry), &e);
}

static struct str on_disk(struct buf *b)
{
    buf_reset(b);
    return file_read(file, 1 << 20, b, NULL) < 0 ? STR("(none)") : buf_str(b);
}

TEST(entries_come_back_as_they_were)
{
    begin();
    int code;
    struct history *h = open_new(0, &code);
    CHECK(code == 0);
    CHECK(add(h, "get USER#42 PROFILE") == 0);
    CHECK(add(h, "put {\n  \"a\": \"b\\n\"\n}") == 0);
    CHECK(add(h, "query \033[31m\tü") == 0);
    CHECK(add(h, "   \n ") == 0);
    history_free(h);

    struct buf b = {0};
    CHECK_STR(on_disk(&b), "get USER#42 PROFILE\n"
                           "put {\\n  \"a\": \"b\\\\n\"\\n}\n"
                           "query \\x1b[31m\\x09ü\n");
    h = open_new(0, &code);
    CHECK(code == 0 && history_count(h) == 3);
    CHECK_STR(history_entry(h, 0), "get USER#42 PROFILE");
    CHECK_STR(history_entry(h, 1), "put {\n  \"a\": \"b\\n\"\n}");
    CHECK_STR(history_entry(h, 2), "query \033[31m\tü");
    CHECK_STR(history_entry(h, 3), "");
    struct stat st;
    CHECK(stat(file, &st) == 0 && (st.st_mode & 0777) == 0600);
    history_free(h);
    buf_free(&b);
    end();
}

TEST(two_shells_keep_each_others_lines)
{
    begin();
    int code;
    struct history *one = open_new(0, &code), *two = open_new(0, &code);
    CHECK(add(one, "a") == 0 && add(two, "b") == 0 && add(one, "c") == 0);
    struct buf b = {0};
    CHECK_STR(on_disk(&b), "a\nb\nc\n");
    history_free(one);
    history_free(two);
    buf_free(&b);
    end();
}

/* Each opens the file again half-way, and then most find it long enough to be cut. */
TEST(many_shells_at_once_lose_nothing)
{
    begin();
    int code;
    char line[32];
    struct history *h = open_new(1000, &code);
    for (int i = 0; i < 100; i++) {
        snprintf(line, sizeof(line), "old %d", i);
        CHECK(add(h, line) == 0);
    }
    history_free(h);
    for (int child = 0; child < 4; child++) {
        if (fork() == 0) {
            h = open_new(70, &code);
            for (int i = 0; i < 15 && code == 0; i++) {
                snprintf(line, sizeof(line), "%d:%d", child, i);
                code = add(h, line);
                if (code == 0 && i == 7)
                    code = history_open(h, file, NULL);
            }
            _exit(code != 0);
        }
    }
    int status, bad = 0;
    while (wait(&status) > 0)
        bad += status != 0;
    CHECK(bad == 0);
    h = open_new(1000, &code);
    size_t new = 0, at;
    for (size_t i = 0; i < history_count(h); i++)
        new += str_find_char(history_entry(h, i), ':', &at);
    CHECK(code == 0 && new == 60);
    CHECK(history_count(h) < 160); /* it was cut */
    history_free(h);
    end();
}

TEST(the_oldest_go_and_the_file_is_cut)
{
    begin();
    int code;
    struct history *h = open_new(4, &code);
    char line[16];
    for (int i = 0; i < 7; i++) {
        snprintf(line, sizeof(line), "l%d", i);
        CHECK(add(h, line) == 0);
    }
    CHECK(history_count(h) == 4);
    CHECK_STR(history_entry(h, 0), "l3");
    history_free(h);
    h = open_new(4, &code);
    CHECK(code == 0 && history_count(h) == 4);
    struct buf b = {0};
    CHECK_STR(on_disk(&b), "l3\nl4\nl5\nl6\n");
    history_free(h);
    buf_free(&b);
    end();
}

TEST(an_unfinished_line_does_not_swallow_the_next)
{
    begin();
    int code;
    struct history *h = open_new(0, &code);
    CHECK(add(h, "a") == 0);
    FILE *f = fopen(file, "a");
    CHECK(f && fputs("cut of", f) >= 0 && fclose(f) == 0);
    CHECK(add(h, "b") == 0);
    struct buf b = {0};
    CHECK_STR(on_disk(&b), "a\ncut of\nb\n");
    history_free(h);
    buf_free(&b);
    end();
}

TEST(a_blank_at_the_end_is_the_entrys_own)
{
    struct history *h;
    int code;

    begin();
    h = open_new(0, &code);
    CHECK(code == 0 && history_add(h, STR("put a "), NULL) == 0);
    history_free(h);
    h = open_new(0, &code);
    CHECK(code == 0 && history_count(h) == 1);
    CHECK_STR(history_entry(h, 0), "put a ");
    history_free(h);
    end();
}

TEST(secrets_and_blank_beginnings_stay_in_memory)
{
    begin();
    int code;
    struct history *h = open_new(0, &code);
    CHECK(add(h, " get x") == 0);
    CHECK(add(h, "let k = AKIAIOSFODNN7EXAMPLE") == 0);
    CHECK(add(h, "! export AWS_SECRET_ACCESS_KEY=x") == 0);
    CHECK(history_count(h) == 3);
    CHECK(access(file, F_OK) < 0 && errno == ENOENT);
    CHECK(history_holds_secret(STR("x ASIAIOSFODNN7EXAMPLE y")));
    CHECK(history_holds_secret(STR("\"SecretAccessKey\": 1")));
    CHECK(!history_holds_secret(STR("get ASIA#1 AKIA")));
    CHECK(history_holds_secret(STR("let s = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1'")));
    CHECK(history_holds_secret(STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1")));
    CHECK(!history_holds_secret(STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE12")));
    CHECK(!history_holds_secret(STR("get da39a3ee5e6b4b0d3255bfef95601890afd80709 b")));
    CHECK(!history_holds_secret(
        STR("get USER#01ARZ3NDEKTSV4RRFFQ69G5FAV ORDER#2024-11-25T18:00:00.000Z")));
    CHECK(history_holds_secret(STR("let t = IQoJb3JpZ2luX2VjEJr")));
    CHECK(history_holds_secret(STR("let t = \"FwoGZXIvYXdzEBYaD\"")));
    history_free(h);
    end();
}

TEST(repeats_are_kept_once)
{
    struct history *h = history_new(0);
    CHECK(add(h, "a") == 0 && add(h, "a") == 0 && add(h, "b") == 0 && add(h, "a") == 0);
    CHECK(history_count(h) == 3);
    size_t i = history_count(h);
    CHECK(history_search(h, STR("a"), &i) && i == 2);
    CHECK(history_search(h, STR("a"), &i) && i == 0);
    CHECK(!history_search(h, STR("a"), &i));
    history_free(h);
}

TEST(files_of_others_are_refused)
{
    begin();
    int code;
    struct history *h = open_new(0, &code);
    CHECK(add(h, "a") == 0);
    CHECK(chmod(file, 0666) == 0);
    CHECK(add(h, "b") < 0);
    history_free(h);
    h = open_new(0, &code);
    CHECK(code < 0 && history_count(h) == 0);
    CHECK(add(h, "memory only") == 0 && history_count(h) == 1);
    history_free(h);

    char target[160];
    snprintf(target, sizeof(target), "%s/target", dir);
    unlink(file);
    FILE *f = fopen(target, "w");
    CHECK(f && fclose(f) == 0 && symlink(target, file) == 0);
    h = open_new(0, &code);
    CHECK(code < 0);
    history_free(h);
    unlink(target);
    end();
}

TEST(the_place_comes_from_the_environment)
{
    char *path;
    setenv("PKSK_HISTORY", "", 1);
    CHECK(!history_default_path());
    setenv("PKSK_HISTORY", "/x/y", 1);
    path = history_default_path();
    CHECK_STR(str_of(path), "/x/y");
    free(path);
    unsetenv("PKSK_HISTORY");
    setenv("XDG_STATE_HOME", "/state", 1);
    path = history_default_path();
    CHECK_STR(str_of(path), "/state/pksk/history");
    free(path);
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", "/home/ann", 1);
    path = history_default_path();
    CHECK_STR(str_of(path), "/home/ann/.local/state/pksk/history");
    free(path);
    unsetenv("HOME"); /* then it is where the user database says, as it is for the AWS files */
    path = history_default_path();
    CHECK(path && path[0] == '/');
    free(path);
}

TEST_MAIN()

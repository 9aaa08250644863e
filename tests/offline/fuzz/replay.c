/* Runs a fuzz target over every file of the folders given, without libFuzzer; output is TAP. A
 * target that finds a fault aborts, so the last line names the file before the faulty one. */
#include <dirent.h>

#include "pksk/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_all(const char *path, struct buf *ret)
{
    FILE *f = fopen(path, "rb");
    size_t got = 1;

    while (f && got) {
        char *room = buf_room(ret, 4096);

        got = room ? fread(room, 1, 4096, f) : 0;
        ret->len += got;
    }
    bool whole = f && !ferror(f) && !ret->over;

    if (f)
        fclose(f);
    return whole;
}

/* The target gets memory of exactly that size, so that a sanitizer sees a read beyond it. */
static void run_exactly(struct str t)
{
    uint8_t *data = mem_resize(NULL, t.len ? t.len : 1, 1);

    memcpy(data, t.s, t.len);
    LLVMFuzzerTestOneInput(data, t.len);
    free(data);
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static unsigned run_folder(const char *folder, unsigned count, bool *failed)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_file, alphasort);

    *failed |= n <= 0;
    if (n <= 0)
        printf("not ok %u - %s has no files\n", ++count, folder);
    for (int i = 0; i < n; i++) {
        struct buf path = {0}, text = {0};

        buf_addf(&path, "%s/%s", folder, entries[i]->d_name);
        bool got = read_all(buf_cstr(&path), &text);

        if (got)
            run_exactly(buf_str(&text));
        *failed |= !got;
        printf("%sok %u - %s\n", got ? "" : "not ", ++count, entries[i]->d_name);
        fflush(stdout);
        buf_free(&path);
        buf_free(&text);
        free(entries[i]);
    }
    free(entries);
    return count;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    bool failed = false;

    for (int i = 1; i < argc; i++)
        count = run_folder(argv[i], count, &failed);
    printf("1..%u\n", count);
    return failed;
}

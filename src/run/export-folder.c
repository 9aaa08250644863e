#include "pksk/run/export-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "pksk/aws/digest.h"
#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/item/base64.h"
#include "pksk/json/tree.h"

#define MANIFEST_MAX ((size_t)64 << 20)
#define PARTS_MAX 100000

static const char *join(struct arena *a, const char *folder, const char *name)
{
    return arena_printf(a, "%s/%s", folder, name).s;
}

static bool has_manifest(struct arena *a, const char *folder)
{
    return access(join(a, folder, "manifest-summary.json"), F_OK) == 0;
}

/* One export below AWSDynamoDB, as `aws s3 cp --recursive` brings it with the rest of its path. */
static int find_below(struct export_folder *f, const char **folder, struct err *e)
{
    const char *outer = join(&f->arena, *folder, "AWSDynamoDB"), *found = NULL;
    DIR *d = opendir(outer);
    size_t count = 0;

    for (struct dirent *x; d && (x = readdir(d));) {
        const char *inner = join(&f->arena, outer, x->d_name);

        if (x->d_name[0] == '.' || !has_manifest(&f->arena, inner))
            continue;
        found = inner;
        count++;
    }
    if (d)
        closedir(d);
    if (count == 1) {
        *folder = found;
        return 0;
    }
    if (count) {
        err_set(e, ERR_FAILED, "%s holds %zu exports", *folder, count);
        err_hint(e, "name one of the folders in %s", outer);
        return ERR_FAILED;
    }
    err_set(e, ERR_FAILED, "%s has no manifest-summary.json: it is no export of DynamoDB to S3",
            *folder);
    err_hint(e, "`aws s3 cp --recursive s3://BUCKET/PREFIX/AWSDynamoDB/ID FOLDER` brings one here");
    return ERR_FAILED;
}

static int check_md5(const char *path, struct str want, struct err *e)
{
    unsigned char digest[DIGEST_MD5_LEN];
    _cleanup_(buf_free) struct buf text = {0};
    int fd = file_descriptor(path, O_RDONLY | O_CLOEXEC, 0);

    if (fd < 0)
        return errno == ENOENT ? err_set(e, ERR_FAILED, "%s is missing", path)
                               : err_errno(e, ERR_FAILED, "cannot read", str_of(path));
    bool good = digest_md5_of(fd, digest);
    int number = errno;

    close(fd);
    if (cancel_flag)
        return err_set(e, ERR_CANCELLED, "interrupted");
    errno = number;
    if (!good && number)
        return err_errno(e, ERR_FAILED, "cannot read", str_of(path));
    if (!good) {
        log_debug("this OpenSSL has no MD5: %s is not checked", path);
        return 0;
    }
    base64_add(&text, (struct str){(const char *)digest, sizeof(digest)});
    if (!want.len || str_eq(buf_str(&text), want))
        return 0;
    err_set(e, ERR_FAILED, "%s is damaged: its MD5 is %s, its manifest says %.*s", path,
            buf_cstr(&text), STR_ARG(want));
    err_hint(e, "copy it again");
    return ERR_FAILED;
}

/* A manifest, and beside it a file with its MD5, which may have been left behind. */
static int read_manifest(struct export_folder *f, const char *folder, const char *name,
                         struct buf *ret, struct err *e)
{
    const char *path = join(&f->arena, folder, name);
    _cleanup_(buf_free) struct buf sum = {0};
    struct err ignored;
    int r = file_read(path, MANIFEST_MAX, ret, e);

    if (r < 0)
        return r;
    struct str beside = arena_printf(&f->arena, "%.*s.md5", (int)(strlen(path) - 5), path);

    if (file_read(beside.s, 1000, &sum, &ignored) < 0)
        return 0;
    return check_md5(path, str_trim(buf_str(&sum)), e);
}

static int read_summary(struct export_folder *f, const char *folder, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    _cleanup_(buf_free) struct buf text = {0};
    struct json *tree;
    struct err why;
    int r = read_manifest(f, folder, "manifest-summary.json", &text, e);

    if (r < 0)
        return r;
    if (json_parse(&a, buf_str(&text), 32, &tree, &why) < 0)
        return err_set(e, ERR_FAILED, "%s/manifest-summary.json: %s", folder, why.text);
    struct str format = json_text(tree, "outputFormat");

    if (format.len && !str_is(format, "DYNAMODB_JSON"))
        return err_set(e, ERR_FAILED, "%s was exported as %.*s: only DYNAMODB_JSON is read", folder,
                       STR_ARG(format));
    f->incremental = str_is(json_text(tree, "exportType"), "INCREMENTAL_EXPORT");
    f->old_images = str_is(json_text(tree, "outputView"), "NEW_AND_OLD_IMAGES");
    if (!json_get_u64(tree, "itemCount", &f->items))
        return err_set(e, ERR_FAILED, "%s/manifest-summary.json has no itemCount", folder);
    return 0;
}

static int add_part(struct export_folder *f, const char *folder, size_t line, struct str text,
                    struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct export_part part;
    struct json *tree;
    struct err why;

    if (json_parse(&a, text, 32, &tree, &why) < 0)
        return err_set(e, ERR_FAILED, "%s/manifest-files.json:%zu: %s", folder, line, why.text);
    struct str key = json_text(tree, "dataFileS3Key");
    size_t slash = key.len;

    while (slash && key.s[slash - 1] != '/')
        slash--;
    struct str name = str_slice(key, slash, key.len);

    if (!name.len || str_is(name, ".") || str_is(name, "..") ||
        !json_get_u64(tree, "itemCount", &part.items))
        return err_set(e, ERR_FAILED,
                       "%s/manifest-files.json:%zu: expected dataFileS3Key and itemCount", folder,
                       line);
    part.path = arena_printf(&f->arena, "%s/data/%.*s", folder, STR_ARG(name)).s;
    part.md5 = arena_str(&f->arena, json_text(tree, "md5Checksum"));
    f->parts[f->part_count++] = part;
    return check_md5(part.path, part.md5, e);
}

static int read_parts(struct export_folder *f, const char *folder, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    uint64_t sum = 0;
    size_t line = 0, count = 1;
    int r = read_manifest(f, folder, "manifest-files.json", &text, e);

    if (r < 0)
        return r;
    struct str rest = buf_str(&text), one;

    for (size_t i = 0; i < rest.len; i++)
        count += rest.s[i] == '\n';
    if (count > PARTS_MAX)
        return err_set(e, ERR_FAILED, "%s has more than %d parts", folder, PARTS_MAX);
    f->parts = arena_alloc(&f->arena, count, sizeof(*f->parts));
    while (r == 0 && str_split(&rest, '\n', &one)) {
        line++;
        if (str_trim(one).len)
            r = add_part(f, folder, line, str_trim(one), e);
    }
    for (size_t i = 0; i < f->part_count; i++)
        sum += f->parts[i].items;
    if (r == 0 && sum != f->items)
        return err_set(e, ERR_FAILED, "the parts of %s have %zu items, its summary says %zu",
                       folder, (size_t)sum, (size_t)f->items);
    return r;
}

int export_folder_open(struct export_folder *f, const char *path, struct err *e)
{
    const char *folder;
    int r = 0;

    *f = (struct export_folder){0};
    struct str name = arena_str(&f->arena, str_of(path));

    while (name.len > 1 && name.s[name.len - 1] == '/')
        name.len--;
    folder = arena_str(&f->arena, name).s;
    if (!has_manifest(&f->arena, folder))
        r = find_below(f, &folder, e);
    if (r == 0)
        r = read_summary(f, folder, e);
    if (r == 0)
        r = read_parts(f, folder, e);
    if (r == 0 && stat(join(&f->arena, folder, "manifest-files.json"), &f->identity) < 0)
        r = err_errno(e, ERR_FAILED, "cannot read", str_of(folder));
    return r;
}

void export_folder_close(struct export_folder *f)
{
    arena_free(&f->arena);
    *f = (struct export_folder){0};
}

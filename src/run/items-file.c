#include "pksk/run/items-file.h"

#include "pksk/item/ddbjson.h"
#include "pksk/model/workbench.h"
#include "pksk/run/requests.h"

#define MODEL_MAX ((size_t)64 << 20)

int items_file_name_place(const struct items_file *f, uint64_t line, const struct err *why,
                          struct err *e)
{
    struct err named = *why;

    err_set(&named, why->code < 0 ? why->code : ERR_FAILED, "%s:%zu: %s", f->records.path,
            (size_t)line, why->text);
    if (why->hint[0])
        err_hint(&named, "%s", why->hint);
    memcpy(named.service, why->service, sizeof(named.service));
    *e = named;
    return e->code;
}

/* ---- NoSQL Workbench models */

static int read_model(struct items_file *f, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {.max = MODEL_MAX};
    struct str asked = f->o.model_table;
    struct json *tree, *table = NULL;
    uint64_t count;
    int r = records_all(&f->records, &text, e);

    if (r == 0)
        r = json_parse(&f->model_arena, buf_str(&text), 128, &tree, e);
    if (r == 0)
        r = workbench_find(str_of(f->records.path), tree, asked.len ? asked : f->o.table->name,
                           asked.len > 0, &table, e);
    if (r < 0)
        return r;
    f->model = workbench_samples(table, &count);
    return 0;
}

/* ---- request files */

static int read_requests(struct items_file *f, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {.max = REQUESTS_MAX};
    struct json *objects = NULL;
    int r = records_all(&f->records, &text, e);

    if (r == 0)
        r = requests_parse(&f->model_arena, str_of(f->records.path), buf_str(&text), &objects, e);
    if (r < 0)
        return r;
    /* For one table alone it may be any; of several it is the one of that name. */
    struct str only = requests_only(objects);

    f->model = requests_of(objects, only.len ? only : f->o.table->name);
    if (f->model)
        return 0;
    err_set(e, ERR_FAILED, "%s has no requests for the table %.*s", f->records.path,
            STR_ARG(f->o.table->name));
    err_hint(e, "without `into` each request goes to the table that it names");
    return ERR_FAILED;
}

/* {"PutRequest": {"Item": …}} or {"DeleteRequest": {"Key": …}} */
static const struct json *request_item(const struct json *node, bool *deletes, struct err *why)
{
    const struct json *item = json_get(json_get(node, "PutRequest"), "Item");

    *deletes = !item;
    if (!item)
        item = json_get(json_get(node, "DeleteRequest"), "Key");
    if (!item || node->count != 1)
        err_set(why, ERR_FAILED,
                "expected {\"PutRequest\": {\"Item\": …}} or {\"DeleteRequest\": "
                "{\"Key\": …}}");
    return node->count == 1 ? item : NULL;
}

static int next_of_model(struct items_file *f, struct arena *a, struct file_item *ret)
{
    _cleanup_(buf_free) struct buf text = {0};
    const struct json *node = f->model;
    struct value *item;

    if (!node)
        return 0;
    f->model = node->next;
    f->model_at++;
    ret->place = (struct bulk_place){f->model_at, f->model_at};
    const struct json *found =
        f->shape.framing == FRAMING_REQUESTS ? request_item(node, &ret->deletes, &ret->why) : node;

    if (found && ddb_from_json(a, found, &item, &ret->why) == 0) {
        ret->item = item;
        return 1;
    }
    json_write(&text, node, false);
    ret->text = arena_str(a, buf_str(&text));
    return 1;
}

/* ---- folders of exports to S3 */

static int open_folder(struct items_file *f, struct err *e)
{
    int r = export_folder_open(&f->folder, f->o.path, e);

    if (r < 0)
        return r;
    f->shape.framing = FRAMING_FOLDER;
    f->shape.format = f->folder.incremental ? IMPORT_CHANGES : IMPORT_FOLDER;
    f->shape.form = DECODE_TYPED;
    if (f->o.revert && !f->folder.incremental)
        return err_set(e, ERR_FAILED, "%s is a whole table: only changes can be taken back",
                       f->o.path);
    if (f->o.revert && !f->folder.old_images)
        return err_set(
            e, ERR_FAILED,
            "%s has only the items after their changes (NEW_IMAGE): it cannot be taken back",
            f->o.path);
    return 0;
}

static int end_part(struct items_file *f, struct err *e)
{
    if (!f->part_left || !f->part)
        return 0;
    return err_set(e, ERR_FAILED, "%s has %zu items fewer than its manifest says", f->records.path,
                   (size_t)f->part_left);
}

static int next_of_folder(struct items_file *f, struct record *ret, struct err *e)
{
    for (;;) {
        int r = f->records.path ? records_line(&f->records, ret, e) : 0;

        if (r > 0 && !f->part_left)
            return err_set(e, ERR_FAILED, "%s has more items than its manifest says",
                           f->records.path);
        if (r > 0) {
            f->part_left--;
            ret->end = ++f->model_at;
        }
        if (r != 0)
            return r;
        r = end_part(f, e);
        if (r < 0 || f->part == f->folder.part_count)
            return r;
        records_close(&f->records);
        f->part_left = f->folder.parts[f->part].items;
        r = records_open(&f->records, f->folder.parts[f->part++].path, e);
        if (r < 0)
            return r;
    }
}

/* Whole parts are passed by unread. */
static int seek_in_folder(struct items_file *f, uint64_t number, struct err *e)
{
    struct record ignored;
    int r = 1;

    while (f->part < f->folder.part_count && f->model_at + f->folder.parts[f->part].items <= number)
        f->model_at += f->folder.parts[f->part++].items;
    while (f->model_at < number && r > 0)
        r = next_of_folder(f, &ignored, e);
    return MIN(r, 0);
}

/* {"Metadata": …, "Keys": …, "OldImage": …, "NewImage": …}: an image that is not there means that
 * there was no item then, or is none now. */
static int read_change(struct items_file *f, struct arena *a, struct str text, struct value **item,
                       bool *deletes, struct err *why)
{
    struct json *tree;
    int r = json_parse(a, text, DDB_JSON_DEPTH_MAX + 4, &tree, why);

    if (r < 0)
        return r;
    const struct json *image = json_get(tree, f->o.revert ? "OldImage" : "NewImage"),
                      *keys = json_get(tree, "Keys");

    *deletes = !image;
    if (!image && !keys)
        return err_set(why, ERR_FAILED, "expected a change, with Keys and NewImage or OldImage");
    return ddb_from_json(a, image ? image : keys, item, why);
}

/* ---- all other files */

static bool read_whole(const struct items_file *f)
{
    return f->shape.framing == FRAMING_MODEL || f->shape.framing == FRAMING_REQUESTS;
}

static int check_columns(struct items_file *f, uint64_t line, struct err *e)
{
    const struct key_schema *key = &f->o.table->key;
    struct err why;

    for (unsigned i = 0; i < key_part_count(key); i++) {
        const struct key_part *part = key_part(key, i);

        if (csv_has_column(f->csv, part->name))
            continue;
        err_set(&why, ERR_FAILED, "the header has no column %.*s, a key of the table",
                STR_ARG(part->name));
        return items_file_name_place(f, line, &why, e);
    }
    return 0;
}

/* head: the file's beginning, header and all. */
static int tell_untyped(struct items_file *f, struct str head, struct err *e)
{
    _cleanup_(buf_free) struct buf columns = {0};
    size_t end;

    if (!f->o.untyped || !str_find_char(head, '\n', &end))
        return 0;
    csv_untyped(f->csv, str_slice(head, end + 1, head.len), f->o.known_type, f->o.ctx, &columns);
    return columns.len ? f->o.untyped(f->o.ctx, buf_str(&columns), e) : 0;
}

static int read_header(struct items_file *f, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct record header;
    struct str head;
    struct err why;
    char separator = '\t';
    int r = records_head(&f->records, &head, e);

    if (r == 0 && f->shape.format == IMPORT_CSV)
        separator = csv_separator(head, f->o.table);
    if (r == 0)
        head = arena_str(&a, head); /* the window moves */
    if (r == 0)
        r = records_row(&f->records, separator, &header, e);
    if (r == 0)
        return err_set(e, ERR_FAILED, "%s is empty: it has no header", f->records.path);
    if (r < 0)
        return r;
    if (csv_new(header.text, separator, f->o.table, &f->csv, &why) < 0)
        return items_file_name_place(f, header.line, &why, e);
    r = check_columns(f, header.line, e);
    return r < 0 ? r : tell_untyped(f, head, e);
}

static int next_record(struct items_file *f, struct record *ret, struct err *e)
{
    switch (f->shape.framing) {
    case FRAMING_LINES:
        return records_line(&f->records, ret, e);
    case FRAMING_ELEMENTS:
        return records_element(&f->records, f->shape.in_array, ret, e);
    case FRAMING_ROWS:
        return records_row(&f->records, csv_separator_used(f->csv), ret, e);
    case FRAMING_FOLDER:
        return next_of_folder(f, ret, e);
    case FRAMING_MODEL:
    case FRAMING_REQUESTS:
        break;
    }
    return 0;
}

/* What some tools put in front of the items. */
static bool describes_table(const struct items_file *f, struct str text)
{
    if (f->csv || !str_find(text, STR("\"KeySchema\""), NULL) ||
        !str_find(text, STR("\"AttributeDefinitions\""), NULL))
        return false;
    if (f->o.remark)
        f->o.remark(f->o.ctx, "the first line describes a table, and is skipped");
    return true;
}

int items_file_next(struct items_file *f, struct arena *a, struct file_item *ret, struct err *e)
{
    struct record record;
    struct value *item;
    int r;

    *ret = (struct file_item){0};
    if (read_whole(f))
        return next_of_model(f, a, ret);
    do {
        r = next_record(f, &record, e);
        if (r <= 0)
            return r;
    } while (f->taken++ == 0 && describes_table(f, record.text));
    ret->place = (struct bulk_place){record.line, record.end};
    ret->text = record.text;
    if (record.too_long)
        r = err_set(&ret->why, ERR_FAILED, "a line of more than %zu bytes", RECORD_MAX);
    else if (f->csv)
        r = csv_item(f->csv, record.text, a, &item, &ret->why);
    else if (f->shape.format == IMPORT_CHANGES)
        r = read_change(f, a, record.text, &item, &ret->deletes, &ret->why);
    else
        r = decode_item(a, record.text, f->shape.form, f->o.table, &item, &ret->json, &ret->why);
    ret->item = r < 0 ? NULL : item;
    return 1;
}

/* ---- the whole */

int items_file_open(struct items_file *f, const struct items_file_options *o, struct err *e)
{
    *f = (struct items_file){.o = *o, .records = {.fd = -1}};
    struct stat there;

    if (stat(o->path, &there) == 0 && S_ISDIR(there.st_mode))
        return open_folder(f, e);
    if (o->revert)
        return err_set(e, ERR_FAILED,
                       "%s is no folder: only the changes of an export to S3 can be "
                       "taken back",
                       o->path);
    int r = records_open(&f->records, o->path, e);

    if (r == 0)
        r = import_shape(&f->records, o, &f->shape, e);
    if (r == 0 && f->shape.framing == FRAMING_MODEL)
        return read_model(f, e);
    if (r == 0 && f->shape.framing == FRAMING_REQUESTS)
        return read_requests(f, e);
    if (r == 0)
        r = records_seek(&f->records, f->shape.begins, 1, e);
    if (r == 0 && f->shape.framing == FRAMING_ROWS)
        r = read_header(f, e);
    return r;
}

void items_file_close(struct items_file *f)
{
    csv_free(f->csv);
    records_close(&f->records);
    arena_free(&f->model_arena);
    export_folder_close(&f->folder);
    f->csv = NULL;
}

bool items_file_can_resume(const struct items_file *f)
{
    return f->shape.framing == FRAMING_FOLDER || f->records.seekable;
}

const struct stat *items_file_identity(const struct items_file *f)
{
    return f->shape.framing == FRAMING_FOLDER ? &f->folder.identity : &f->records.identity;
}

int items_file_seek(struct items_file *f, struct bulk_place place, struct err *e)
{
    f->taken = 1;
    if (f->shape.framing == FRAMING_FOLDER)
        return seek_in_folder(f, place.end, e);
    if (!read_whole(f))
        return records_seek(&f->records, place.end, place.line, e);
    for (; f->model && f->model_at < place.end; f->model_at++)
        f->model = f->model->next;
    return 0;
}

void items_file_progress(const struct items_file *f, uint64_t *done, uint64_t *total)
{
    bool bytes = !read_whole(f) && f->shape.framing != FRAMING_FOLDER;

    *done = bytes ? records_offset(&f->records) : 0;
    *total = bytes && f->records.seekable ? (uint64_t)f->records.identity.st_size : 0;
}

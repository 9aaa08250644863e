#include "pksk/model/document.h"

/* JSON begins with a brace, after blanks at most; what else holds templates is YAML. */
static int refuse_yaml(struct str file, struct err *e)
{
    err_set(e, ERR_FAILED, "%.*s is not JSON", STR_ARG(file));
    err_expected(e, "expected a CloudFormation template or a NoSQL Workbench model, in JSON");
    err_hint(e, "of a YAML template, `rain fmt --json` makes JSON; `cdk synth` writes JSON into "
                "cdk.out");
    return ERR_FAILED;
}

static int read_document(struct document *d, struct str wanted, struct model_table *ret)
{
    struct place root = document_root(d);
    int code = place_need(place_object(&root, NULL, 0), &root);

    if (code < 0)
        return code;
    if (json_get(d->root, "Resources"))
        return cloudformation_read(d, wanted, ret);
    if (json_get(d->root, "DataModel"))
        return workbench_read(d, wanted, ret);
    return place_fail(&root, "a CloudFormation template or a NoSQL Workbench model",
                      "has neither Resources nor a DataModel");
}

int model_read(struct arena *a, const struct model_source *from, struct model_table *ret,
               struct err *e)
{
    struct model_source source = *from;
    struct model_table table = {0};
    struct document d;

    /* a byte order mark, as editors on Windows set */
    if (str_starts(source.text, STR("\xef\xbb\xbf")))
        source.text = str_slice(source.text, 3, source.text.len);
    if (!str_starts(str_trim(source.text), STR("{")))
        return refuse_yaml(source.file, e);
    int code = document_open(&d, a, &source, e);

    if (code == 0)
        code = read_document(&d, source.wanted, &table);
    if (code == 0) {
        table.left = arena_printf(a, "%.*s%s", STR_ARG(buf_str(&d.left)), d.left.over ? "…" : "");
        *ret = table;
    }
    document_close(&d);
    return code;
}

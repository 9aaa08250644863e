/* What services and programs answer when asked for credentials, as JSON or XML: refused with a
 * message, or credentials that a header can carry. */
#include "pksk/aws/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_text(struct str t)
{
    for (size_t i = 0; i < t.len; i++)
        require((unsigned char)t.s[i] > ' ' && (unsigned char)t.s[i] < 0x7f);
}

static void try_json(struct arena *a, struct str text)
{
    static const struct credential_names names[] = {
        {"AccessKeyId", "SecretAccessKey", "SessionToken", "AccountId", "Expiration"},
        {"accessKeyId", "secretAccessKey", "sessionToken", NULL, "expiration",
         .expires_in_ms = true, .temporary = true},
        {"AccessKeyId", "SecretAccessKey", "Token", NULL, "Expiration", .temporary = true},
    };
    struct json *root;
    struct err e = {0};

    if (provider_json(a, text, "it", &root, &e) < 0) {
        require(e.text[0]);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct aws_credentials c = {0};

        e = (struct err){0};
        int r = credentials_from_json(root, &names[i], "it", &c, &e);

        require((r == 0) == (c.access_key_id != NULL) && (r == 0 || e.text[0]));
        if (r == 0) {
            check_text(str_of(c.access_key_id));
            check_text(secret_str(&c.token));
            require(c.secret.len > 0);
        }
        aws_credentials_deinit(&c);
    }
    provider_json_wipe(root);
}

static void try_xml(struct arena *a, struct str text)
{
    static const char *const elements[] = {"AccessKeyId", "Expiration", "Arn", "Code", "Message"};
    struct aws_arn arn;
    struct str found;
    int64_t ms;

    for (size_t i = 0; i < ARRAY_LEN(elements); i++) {
        if (!xml_find(a, text, elements[i], &found))
            continue;
        require(found.len <= text.len * 3); /* an entity of four bytes may become U+FFFD */
        aws_arn_parse(found, &arn);
        if (!clock_parse_iso(found, &ms))
            number_to_ms(found, &ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct str text = {(const char *)data, size};

    try_json(&a, text);
    try_xml(&a, text);
    arena_free(&a);
    return 0;
}

#include "pksk/aws/provider.h"
#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/base/utf8.h"
#include "pksk/json/writer.h"

#define CLI_CACHE "~/.aws/cli/cache"
#define CACHE_LEFT_MS (15 * MINUTE_MS)

const char *cache_path(struct arena *a, const char *directory, const char *hash)
{
    char *expanded = file_expand(str_of(directory));
    struct str path = arena_printf(a, "%s/%s.json", expanded, hash);

    free(expanded);
    return path.s;
}

void cache_key_text(struct buf *b, struct str text)
{
    struct buf plain = {0};

    json_add_string(&plain, text);
    struct str t = buf_str(&plain);

    for (size_t i = 0, len; i < t.len; i += len) {
        int32_t c = utf8_decode(t, i, &len);

        if (c < 0x7f)
            buf_char(b, t.s[i]);
        else if (c < 0x10000)
            buf_addf(b, "\\u%04x", (unsigned)c);
        else
            buf_addf(b, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (c >> 10)),
                     (unsigned)(0xdc00 + (c & 0x3ff)));
    }
    buf_free(&plain);
}

static const struct credential_names names = {"AccessKeyId", "SecretAccessKey", "SessionToken",
                                              "AccountId",   "Expiration",      .temporary = true};

/* The account of arn:aws:sts::ACCOUNT:assumed-role/…, for caches that do not say it themselves. */
static void add_account(const struct json *root, struct aws_credentials *c)
{
    struct aws_arn arn;

    if (!c->account && aws_arn_parse(json_text(json_get(root, "AssumedRoleUser"), "Arn"), &arn) &&
        arn.account.len)
        c->account = mem_dup(arn.account.s, arn.account.len);
}

int cli_cache_get(struct provider_world *w, const char *hash, struct aws_credentials *ret)
{
    struct arena a = {0};
    struct buf text = {.max = PROVIDER_ANSWER_MAX + 1};
    struct aws_credentials found = {0};
    struct json *root = NULL;
    struct err ignored;
    int r = PROVIDER_NONE;

    if (!w->anew &&
        file_read_private(cache_path(&a, CLI_CACHE, hash), PROVIDER_ANSWER_MAX, &text, &ignored) ==
            0 &&
        provider_json(&a, buf_str(&text), "the cache", &root, &ignored) == 0 &&
        credentials_from_json(json_get(root, "Credentials"), &names, "the cache", &found,
                              &ignored) == 0 &&
        found.expires_ms - clock_wall_ms(w->clock) >= CACHE_LEFT_MS) {
        add_account(root, &found);
        *ret = found;
        found = (struct aws_credentials){0};
        r = 0;
    }
    aws_credentials_deinit(&found);
    provider_json_wipe(root);
    buf_wipe(&text);
    arena_free(&a);
    return r;
}

static void add_member(struct json_writer *j, const char *name, struct str value)
{
    json_name(j, str_of(name));
    json_string(j, value);
}

void cli_cache_put(const char *hash, const char *provider_type, const struct aws_credentials *c,
                   struct str user_id, struct str user_arn)
{
    struct arena a = {0};
    struct buf text = {0};
    struct json_writer j = {.out = &text};
    char when[CLOCK_ISO_LEN];
    char *directory = file_expand(STR(CLI_CACHE));
    struct err why;

    clock_format_iso(c->expires_ms, when);
    json_begin_object(&j);
    if (provider_type)
        add_member(&j, "ProviderType", str_of(provider_type));
    json_name(&j, STR("Credentials"));
    json_begin_object(&j);
    add_member(&j, "AccessKeyId", str_of(c->access_key_id));
    add_member(&j, "SecretAccessKey", secret_str(&c->secret));
    add_member(&j, "SessionToken", secret_str(&c->token));
    add_member(&j, "Expiration", str_of(when));
    if (c->account)
        add_member(&j, "AccountId", str_of(c->account));
    json_end_object(&j);
    if (user_arn.len) {
        json_name(&j, STR("AssumedRoleUser"));
        json_begin_object(&j);
        add_member(&j, "AssumedRoleId", user_id);
        add_member(&j, "Arn", user_arn);
        json_end_object(&j);
    }
    json_end_object(&j);
    if (file_make_dirs(directory, &why) < 0 ||
        file_write(cache_path(&a, CLI_CACHE, hash), buf_str(&text), &why) < 0)
        log_debug("credentials: not cached: %s", why.text); /* that only costs time */
    buf_wipe(&text);
    free(directory);
    arena_free(&a);
}

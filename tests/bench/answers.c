#include "answers.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUERY_PAGE_BYTES (1000u * 1000u)
#define MAX_PAGES 64u
#define KEY_BYTES 64u
#define YEARS 8u

struct page {
    char *text;
    size_t length;
    uint32_t crc; /* running, of text alone: the tail goes on from it */
};

static struct page pages[MAX_PAGES];
static size_t page_count, pages_served, bytes_served;
static uint32_t crc_table[256];

static const char *const families[KEY_FAMILIES] = {
    "ADDRESS", "CART",  "DEVICE",  "EVENT",   "INVOICE", "LOGIN",
    "MESSAGE", "ORDER", "PAYMENT", "RECEIPT", "SESSION", "TICKET",
};

static void *must(void *memory)
{
    if (!memory) {
        fputs("bench-server: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static uint32_t crc_go_on(uint32_t crc, const char *s, size_t length)
{
    if (!crc_table[1])
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int bit = 0; bit < 8; bit++)
                c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
            crc_table[i] = c;
        }
    crc = ~crc;
    for (size_t i = 0; i < length; i++)
        crc = crc_table[(crc ^ (unsigned char)s[i]) & 0xFF] ^ (crc >> 8);
    return ~crc;
}

/* A growing text. */
struct text {
    char *s;
    size_t length, room;
};

static void text_add(struct text *t, const char *s, size_t length)
{
    if (t->length + length + 1 > t->room) {
        t->room = (t->length + length + 1) * 2;
        t->s = must(realloc(t->s, t->room));
    }
    memcpy(t->s + t->length, s, length);
    t->length += length;
    t->s[t->length] = '\0';
}

__attribute__((format(printf, 2, 3))) static void text_print(struct text *t, const char *format,
                                                             ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof line)
        abort();
    text_add(t, line, (size_t)length);
}

/* Closes the page that is open in t: everything but the key that follows it. */
static void end_page(struct text *t, unsigned items)
{
    text_print(t, "],\"Count\":%u,\"ScannedCount\":%u,", items, items);
    text_print(t, "\"ConsumedCapacity\":{\"TableName\":\"bench\",\"CapacityUnits\":128.5}");
    pages[page_count++] =
        (struct page){.text = t->s, .length = t->length, .crc = crc_go_on(0, t->s, t->length)};
    *t = (struct text){0};
}

void answers_load(const char *path, size_t megabytes, size_t page_bytes)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(1);
    }
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    unsigned items = 0;
    struct text t = {0};
    while (page_count < MAX_PAGES && (length = getline(&line, &room, file)) > 0) {
        length -= line[length - 1] == '\n';
        if (items > 0 && t.length + (size_t)length > page_bytes) {
            end_page(&t, items);
            items = 0;
        }
        text_add(&t, items > 0 ? "," : "{\"Items\":[", items > 0 ? 1 : 10);
        text_add(&t, line, (size_t)length);
        items++;
    }
    /* A last page that is not full would make the megabytes a guess; it only counts when alone. */
    if (page_count == 0 && items > 0)
        end_page(&t, items);
    free(t.s);
    free(line);
    fclose(file);
    while (page_count > 0 && bytes_served < megabytes * 1000 * 1000)
        bytes_served += pages[pages_served++ % page_count].length;
}

static void page_answer(size_t index, size_t step, struct answer *ret)
{
    const struct page *page = &pages[index % page_count];
    struct text tail = {0};
    if (index + step < pages_served)
        text_print(&tail,
                   ",\"LastEvaluatedKey\":{\"pk\":{\"S\":\"page\"},\"sk\":{\"S\":\"%08zu\"}}",
                   index);
    text_add(&tail, "}", 1);
    *ret = (struct answer){page->text, page->length, tail.s, tail.length,
                           crc_go_on(page->crc, tail.s, tail.length)};
}

void answers_dump(void)
{
    for (size_t i = 0; i < pages_served; i++) {
        struct answer a;
        page_answer(i, 1, &a);
        fwrite(a.shared, 1, a.shared_length, stdout);
        fwrite(a.tail, 1, a.tail_length, stdout);
        putchar('\n');
        free(a.tail);
    }
}

/* The text after "name": in a body, or NULL. Requests are small and from our own tests, so a search
 * serves where a reader would be slower. */
static const char *member(const char *body, const char *name)
{
    char quoted[128];
    snprintf(quoted, sizeof quoted, "\"%s\"", name);
    for (const char *at = body; (at = strstr(at, quoted)); at++) {
        const char *after = at + strlen(quoted);
        after += strspn(after, " ");
        if (*after == ':')
            return after + 1 + strspn(after + 1, " ");
    }
    return NULL;
}

static size_t member_number(const char *body, const char *name, size_t otherwise)
{
    const char *at = member(body, name);
    return at ? strtoul(at, NULL, 10) : otherwise;
}

static size_t add_utf8(char *to, unsigned code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xC0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    to[0] = (char)(0xE0 | code >> 12);
    to[1] = (char)(0x80 | (code >> 6 & 0x3F));
    to[2] = (char)(0x80 | (code & 0x3F));
    return 3;
}

/* The string value of {"S":"…"} at or after at, cut to fit. */
static void string_value(const char *at, char ret[KEY_BYTES])
{
    size_t length = 0;
    const char *s = at ? member(at, "S") : NULL;
    for (s = s && *s == '"' ? s + 1 : ""; *s && *s != '"' && length + 4 < KEY_BYTES; s++) {
        unsigned code = 0;
        if (*s != '\\')
            ret[length++] = *s;
        else if (*++s == 'u' && sscanf(s + 1, "%4x", &code) == 1)
            length += add_utf8(ret + length, code), s += 4;
        else if (*s)
            ret[length++] = *s;
    }
    ret[length] = '\0';
}

/* The i-th sort key in DynamoDB's order: FAMILY#year#number. */
static void key_at(size_t i, char ret[KEY_BYTES])
{
    size_t family = i * KEY_FAMILIES / KEY_COUNT;
    size_t first = (family * KEY_COUNT + KEY_FAMILIES - 1) / KEY_FAMILIES;
    size_t year = (i - first) * YEARS / (KEY_COUNT / KEY_FAMILIES + 1);
    snprintf(ret, KEY_BYTES, "%s#%zu#%07zu", families[family], 2019 + year, i);
}

/* The number of keys below s; with past, those that begin with it count too. */
static size_t keys_below(const char *s, bool past)
{
    size_t low = 0, high = KEY_COUNT, length = strlen(s);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        char key[KEY_BYTES];
        key_at(middle, key);
        bool below = past ? strncmp(key, s, length) <= 0 : strcmp(key, s) < 0;
        if (below)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first key after s itself. */
static size_t keys_up_to(const char *s)
{
    size_t below = keys_below(s, false);
    char key[KEY_BYTES] = "";
    if (below < KEY_COUNT)
        key_at(below, key);
    return below + (strcmp(key, s) == 0);
}

/* The value of the n-th :placeholder from at on; returns how far it read. */
static const char *placeholder(const char *at, const char *body, char ret[KEY_BYTES])
{
    ret[0] = '\0';
    at += strcspn(at, ":\"");
    if (*at != ':')
        return at;
    char name[64];
    size_t length = 1;
    while (at[length] && strchr(" ,)\"", at[length]) == NULL && length + 1 < sizeof name)
        length++;
    memcpy(name, at, length);
    name[length] = '\0';
    const char *values = member(body, "ExpressionAttributeValues");
    string_value(values ? member(values, name) : NULL, ret);
    return at + length;
}

/* The half-open range of keys that the key condition of body asks for. */
static void key_range(const char *body, size_t *low, size_t *high)
{
    char a[KEY_BYTES], b[KEY_BYTES];
    *low = 0;
    *high = KEY_COUNT;
    const char *condition = member(body, "KeyConditionExpression");
    condition = condition ? placeholder(condition + 1, body, a) : NULL;
    const char *end = condition ? strchr(condition, '"') : NULL;
    if (!condition || !end || end - condition < 5)
        return;
    const char *rest = placeholder(condition, body, a);
    char operator[128];
    snprintf(operator, sizeof operator, "%.*s", (int)(rest - condition), condition);
    if (strcasestr(operator, "begins_with")) {
        *low = keys_below(a, false);
        *high = keys_below(a, true);
    } else if (strcasestr(operator, "between")) {
        placeholder(rest, body, b);
        *low = keys_below(a, false);
        *high = keys_up_to(b);
    } else if (strstr(operator, "<=")) {
        *high = keys_up_to(a);
    } else if (strstr(operator, ">=")) {
        *low = keys_below(a, false);
    } else if (strchr(operator, '<')) {
        *high = keys_below(a, false);
    } else if (strchr(operator, '>')) {
        *low = keys_up_to(a);
    } else {
        *low = keys_below(a, false);
        *high = keys_up_to(a);
    }
}

static void query(const char *body, struct text *t)
{
    size_t low, high;
    key_range(body, &low, &high);
    const char *direction = member(body, "ScanIndexForward");
    bool backward = direction && *direction == 'f';
    const char *start = member(body, "ExclusiveStartKey");
    if (start) {
        char after[KEY_BYTES];
        string_value(member(start, "sk"), after);
        if (backward)
            high = keys_below(after, false);
        else
            low = keys_up_to(after);
    }
    size_t limit = member_number(body, "Limit", KEY_COUNT), count = 0;
    char key[KEY_BYTES] = "", partition[KEY_BYTES];
    const char *condition = member(body, "KeyConditionExpression");
    placeholder(condition ? condition + 1 : "", body, partition);
    const char *select = member(body, "Select");
    bool bare = select && strncmp(select, "\"COUNT\"", 7) == 0;
    text_print(t, "{%s", bare ? "" : "\"Items\":[");
    while (low < high && count < limit && t->length < QUERY_PAGE_BYTES) {
        key_at(backward ? --high : low++, key);
        if (!bare)
            text_print(t, "%s{\"pk\":{\"S\":\"%s\"},\"sk\":{\"S\":\"%s\"},\"n\":{\"N\":\"1\"}}",
                       count > 0 ? "," : "", partition, key);
        count++;
    }
    text_print(t, "%s\"Count\":%zu,\"ScannedCount\":%zu", bare ? "" : "],", count, count);
    if (low < high)
        text_print(t, ",\"LastEvaluatedKey\":{\"pk\":{\"S\":\"%s\"},\"sk\":{\"S\":\"%s\"}}",
                   partition, key);
    text_print(t, ",\"ConsumedCapacity\":{\"TableName\":\"keys\",\"CapacityUnits\":0.5}}");
}

static void describe(const char *body, struct text *t)
{
    const char *name = member(body, "TableName");
    int length = name && *name == '"' ? (int)strcspn(name + 1, "\"") : 0;
    text_print(t,
               "{\"Table\":{\"TableName\":\"%.*s\",\"TableStatus\":\"ACTIVE\",\"ItemCount\":%u,"
               "\"TableSizeBytes\":%zu,\"CreationDateTime\":1700000000.5,",
               length < 255 ? length : 0, length ? name + 1 : "", KEY_COUNT, bytes_served);
    text_print(t, "\"TableArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/bench\","
                  "\"BillingModeSummary\":{\"BillingMode\":\"PAY_PER_REQUEST\"},"
                  "\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
                  "{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}],"
                  "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},"
                  "{\"AttributeName\":\"sk\",\"AttributeType\":\"S\"}]}}");
}

void answers_make(const char *operation, const char *body, struct answer *ret)
{
    struct text t = {0};
    if (strcmp(operation, "Scan") == 0 && page_count > 0) {
        size_t segments = member_number(body, "TotalSegments", 1);
        size_t index = member_number(body, "Segment", 0);
        const char *start = member(body, "ExclusiveStartKey");
        if (start) {
            char at[KEY_BYTES];
            string_value(member(start, "sk"), at);
            index = strtoul(at, NULL, 10) + segments;
        }
        if (index < pages_served) {
            page_answer(index, segments, ret);
            return;
        }
        text_print(&t, "{\"Items\":[],\"Count\":0,\"ScannedCount\":0}");
    } else if (strcmp(operation, "Query") == 0) {
        query(body, &t);
    } else if (strcmp(operation, "DescribeTable") == 0) {
        describe(body, &t);
    } else if (strcmp(operation, "GetItem") == 0) {
        text_print(
            &t, "{\"Item\":{\"pk\":{\"S\":\"USER#42\"},\"sk\":{\"S\":\"PROFILE\"},\"email\":{\"S\":"
                "\"ann@example.com\"},\"visits\":{\"N\":\"42\"}},\"ConsumedCapacity\":"
                "{\"TableName\":\"bench\",\"CapacityUnits\":0.5}}");
    } else if (strcmp(operation, "ListTables") == 0) {
        text_print(&t, "{\"TableNames\":[\"bench\",\"keys\"]}");
    } else if (strcmp(operation, "BatchWriteItem") == 0) {
        text_print(&t, "{\"UnprocessedItems\":{}}");
    } else {
        text_print(&t, "{}");
    }
    *ret = (struct answer){"", 0, t.s, t.length, crc_go_on(0, t.s, t.length)};
}

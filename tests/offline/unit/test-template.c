/* Templates of keys and models as text. */
#include "test.h"

#include "pksk/model/entities.h"

static struct arena arena;

static struct template parsed(const char *text)
{
    struct template t = {0};
    struct err e;

    if (template_parse(&arena, str_of(text), &t, &e) < 0)
        printf("# %s: %s\n", text, e.text);
    return t;
}

static void shows(const char *text)
{
    struct template t = parsed(text);
    struct buf b = {0};

    template_add(&b, &t);
    CHECK_STR(buf_str(&b), text);
    buf_free(&b);
}

TEST(templates_are_text_and_back)
{
    shows("PROFILE");
    shows("USER#{user_id}");
    shows("{placed_at:date}#{order_id}");
    shows("{n:6}");
    shows("{email:lower}|{name:upper}");
    shows("{{literal}}#{id:uuid}");
    arena_free(&arena);
}

static void refused(const char *text, const char *what, unsigned at)
{
    struct template t;
    struct err e;

    CHECK(template_parse(&arena, str_of(text), &t, &e) == ERR_SYNTAX);
    CHECK(str_starts(str_of(e.text), str_of(what)));
    CHECK(e.at.from == at);
}

TEST(wrong_templates_are_refused_at_their_place)
{
    refused("USER#{id", "a { without its }", 5);
    refused("USER#id}", "a } without its {", 7);
    refused("{}", "a placeholder without a name", 0);
    refused("{id:nothing}", "an unknown form", 4);
    refused("{a}{b}", "two placeholders with nothing between them", 3);
    arena_free(&arena);
}

static void match(const char *template, const char *key, const char *want)
{
    struct template t = parsed(template);
    struct str values[TEMPLATE_PARTS_MAX];
    struct buf b = {0};

    if (template_match(&t, str_of(key), values)) {
        for (size_t i = 0; i < t.count; i++)
            if (!t.parts[i].literal)
                buf_addf(&b, "%s%.*s", b.len ? " " : "", STR_ARG(values[i]));
    } else {
        buf_lit(&b, "no");
    }
    CHECK_STR(buf_str(&b), want);
    buf_free(&b);
}

TEST(keys_fit_templates)
{
    static const char *const cases[][3] = {
        {"USER#{id}", "USER#42", "42"},
        {"USER#{id}", "USER#", "no"},
        {"USER#{id}", "ORDER#42", "no"},
        {"USER#{id}#x", "USER#42#x", "42"},
        {"USER#{id}", "USER#4#2", "4#2"},
        {"{a}#{b}", "1#2#3", "1 2#3"},
        {"{d:date}#{n}", "2024-05-01#7", "2024-05-01 7"},
        {"{d:date}#{n}", "2024-13-01#7", "no"},
        {"{n:6}", "000042", "000042"},
        {"{n:6}", "42", "no"},
        {"{id:uuid}-{n}", "0b0a2a5e-9f4e-4b7f-8a51-000000000001-5",
         "0b0a2a5e-9f4e-4b7f-8a51-000000000001 5"},
        {"org_{id:uuid}", "org_12345678-9f4e-4b7f-8a51-000000000001",
         "12345678-9f4e-4b7f-8a51-000000000001"},
        {"{at:moment}#{id:ulid}", "2024-05-01T03:04:05.001Z#01HZZZZZZZZZZZZZZZZZZZZZZZ",
         "2024-05-01T03:04:05.001Z 01HZZZZZZZZZZZZZZZZZZZZZZZ"},
        {"{e:lower}", "a@example.com", "a@example.com"},
        {"{e:lower}", "A@example.com", "no"},
        {"{{{id}}}", "{7}", "7"},
        {"#META#{n}", "#META#ann", "ann"},
        {"", "", ""},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        match(cases[i][0], cases[i][1], cases[i][2]);
    arena_free(&arena);
}

static void derive(const char *template, const char *value, const char *want)
{
    struct template t = parsed(template);
    struct str made;

    CHECK_STR(template_derive(&arena, &t.parts[0], str_of(value), &made) ? made : STR("no"), want);
}

TEST(keys_are_made_of_values)
{
    derive("{at:date}", "2024-05-01T03:04:05Z", "2024-05-01");
    derive("{at:month}", "2024-05-01T03:04:05Z", "2024-05");
    derive("{at:date}", "yesterday", "no");
    derive("{n:6}", "42", "000042");
    derive("{n:6}", "1234567", "1234567");
    derive("{n:6}", "x", "no");
    derive("{email:lower}", "Ann@Example.com", "ann@example.com");
    derive("{c:upper}", "pt", "PT");
    derive("{id:uuid}", "x", "no");
    derive("{id}", "", "no");
    arena_free(&arena);
}

/* ---- models */

static struct index indexes[] = {
    {.name = {"gsi1", 4},
     .key = {.partition = {{{"gsi1pk", 6}, ATTR_S}},
             .sort = {{{"gsi1sk", 6}, ATTR_S}},
             .partition_count = 1,
             .sort_count = 1}},
    {.name = {"email-index", 11},
     .key = {.partition = {{{"email", 5}, ATTR_S}}, .partition_count = 1}},
};
static const struct table shop = {
    .name = {"shop", 4},
    .key = {.partition = {{{"pk", 2}, ATTR_S}},
            .sort = {{{"sk", 2}, ATTR_S}},
            .partition_count = 1,
            .sort_count = 1},
    .indexes = indexes,
    .index_count = ARRAY_LEN(indexes),
};

TEST(a_model_is_text_and_back)
{
    static const char text[] =
        "entity User   USER#{user_id}  PROFILE           email-index {email}\n"
        "    email   S     67 %\n"
        "    status  S/N   100 %  ACTIVE | 'ON HOLD'\n"
        "entity Order  USER#{user_id}  ORDER#{order_id}  gsi1 ORDER {date}#{order_id}\n"
        "entity Photo  USER#{user_id}  POST#{id}         where type = photo and exists size\n"
        "entity Two    'two words'     'it''s so'\n"
        "entity Line   \"a\\nb\"          \"'\\t\"\n"
        "pattern orders-of(user) = query USER#{user} ORDER#*\n";
    struct entity_model m = {0};
    struct buf b = {0};
    struct err e;

    CHECK(model_parse(&arena, STR("-- a comment\n# another\n\n"), &shop, &m, &e) == 0);
    CHECK(model_parse(&arena, str_of(text), &shop, &m, &e) == 0);
    model_add(&b, &m, true);
    CHECK_STR(buf_str(&b), text);
    CHECK(model_parse(&arena, STR("entity User X{id} Y -- anew\n"), &shop, &m, &e) == 0);
    CHECK(m.entity_count == 5 && model_entity(&m, STR("User"))->key_count == 1);
    buf_free(&b);
    arena_free(&arena);
}

TEST(wrong_models_are_refused_at_their_place)
{
    static const struct {
        const char *text, *what;
        unsigned at;
    } cases[] = {
        {"entity\n", "an entity needs a name", 6},
        {"entity User USER#{id}\n", "the template of sk is missing", 21},
        {"entity User A B gsi9 C\n", "gsi9 is no index of shop", 16},
        {"entity User A B gsi1 C\n", "the template of gsi1sk is missing", 22},
        {"entity User A B gsi1 C D gsi1 C D\n", "this index stands twice", 25},
        {"entity User A{ B\n", "a { without its }", 13},
        {"entity User A B where type\n", "the condition is incomplete", 22},
        {"entity User 'A B\n", "a quote without its end", 12},
        {"query A\n", "a model has entity and pattern lines only", 0},
        {"pattern p query A\n", "a pattern needs its statement", 8},
        {"pattern p(a = query A\n", "the arguments are not closed", 8},
        {"entity User A B\n    name X\n", "this is no type", 25},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct entity_model m = {0};
        struct err e;

        CHECK(model_parse(&arena, str_of(cases[i].text), &shop, &m, &e) == ERR_SYNTAX);
        CHECK(str_starts(str_of(e.text), str_of(cases[i].what)));
        CHECK(e.at.from == cases[i].at);
        CHECK(m.entity_count == 0);
    }
    arena_free(&arena);
}

static const char *entity_of(const struct entity_model *m, const char *pk, const char *sk,
                             const char *type)
{
    struct value *item = value_new(&arena, ATTR_M), *last = NULL;
    const char *const members[][2] = {{"pk", pk}, {"sk", sk}, {"type", type}};

    for (size_t i = 0; i < ARRAY_LEN(members) && members[i][1]; i++) {
        struct value *v = value_new_text(&arena, ATTR_S, str_of(members[i][1]));

        value_set_name(v, str_of(members[i][0]));
        value_append(item, &last, v);
    }
    const struct entity *x = model_entity_of(m, item);

    return x ? arena_str(&arena, x->name).s : "-";
}

TEST(the_template_that_says_most_wins)
{
    static const char text[] = "entity Any    {id}            {text}\n"
                               "entity User   USER#{id}       PROFILE\n"
                               "entity Post   USER#{id}       POST#{n} where type = text\n"
                               "entity Photo  USER#{id}       POST#{n} where type = photo\n";
    struct entity_model m = {0};
    struct err e;

    CHECK(model_parse(&arena, str_of(text), &shop, &m, &e) == 0);
    CHECK_STR(str_of(entity_of(&m, "USER#1", "PROFILE", NULL)), "User");
    CHECK_STR(str_of(entity_of(&m, "USER#1", "POST#1", "photo")), "Photo");
    CHECK_STR(str_of(entity_of(&m, "USER#1", "POST#1", "text")), "Post");
    CHECK_STR(str_of(entity_of(&m, "USER#1", "POST#1", "film")), "Any");
    CHECK_STR(str_of(entity_of(&m, "x", "y", NULL)), "Any");
    CHECK_STR(str_of(entity_of(&m, "", "y", NULL)), "-");
    arena_free(&arena);
}

TEST(entities_that_are_hard_to_tell_apart_are_named)
{
    const struct entity *one, *other;
    struct entity_model m = {0};
    struct str example;
    struct err e;

    CHECK(model_parse(&arena, STR("entity A USER#{id} X#{n}\nentity B USER#{id} Y#{n}\n"), &shop,
                      &m, &e) == 0);
    CHECK(!model_ambiguous(&arena, &m, &one, &other, &example));
    CHECK(model_parse(&arena, STR("entity C USER#{name} X#{word}\n"), &shop, &m, &e) == 0);
    CHECK(model_ambiguous(&arena, &m, &one, &other, &example));
    CHECK_STR(one->name, "A");
    CHECK_STR(other->name, "C");
    CHECK_STR(example, "USER#x X#x");
    arena_free(&arena);
}

TEST(keys_of_an_entity_are_made_of_its_fields)
{
    static const char text[] =
        "entity Order USER#{user_id} ORDER#{order_id} gsi1 ORDER {at:date}#{order_id}\n";
    struct str user = STR("42"), order = STR("7"), made, missing, names[4];
    struct entity_fields f = {.values = &(struct map){0}};
    struct entity_model m = {0};
    struct err e;

    CHECK(model_parse(&arena, str_of(text), &shop, &m, &e) == 0);
    const struct entity *x = &m.entities[0];

    CHECK(entity_fields_of(&x->keys[0], names, 4) == 2);
    CHECK_STR(names[1], "order_id");
    map_put(f.values, STR("user_id"), &user);
    CHECK(entity_make(&arena, &x->keys[0], 0, &f, &made, &missing, &e) == 1);
    CHECK_STR(made, "USER#42");
    CHECK(entity_make(&arena, &x->keys[0], 1, &f, &made, &missing, &e) == 0);
    CHECK_STR(missing, "order_id");
    map_put(f.values, STR("order_id"), &order);
    map_put(f.values, STR("at"), &order);
    CHECK(entity_make(&arena, &x->keys[1], 1, &f, &made, &missing, &e) == ERR_SYNTAX);
    CHECK(str_starts(str_of(e.text), STR("at = 7 does not fit {at:date}")));
    map_free(f.values, NULL);
    arena_free(&arena);
}

TEST_MAIN()

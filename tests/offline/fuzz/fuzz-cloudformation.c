/* A text as a template, and as the properties of a table and of a global table: see model.h. */
#include "model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};

    check_file(text, "");
    check_file(text, "T");
    check_within("{\"Resources\":{\"T\":{\"Type\":\"AWS::DynamoDB::Table\",\"Properties\":", text,
                 "}},\"Parameters\":{\"P\":{\"Default\":\"S\"},\"L\":{\"Default\":[]}}}");
    check_within("{\"Resources\":{\"T\":{\"Type\":\"AWS::DynamoDB::GlobalTable\",\"Properties\":",
                 text, "}}}");
    return 0;
}

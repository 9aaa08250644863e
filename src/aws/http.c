#include "pksk/aws/http.h"

void aws_http_reply_free(struct aws_http_reply *r)
{
    buf_wipe(&r->body);
    *r = (struct aws_http_reply){0};
}

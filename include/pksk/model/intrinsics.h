/* CloudFormation's functions, as far as a template has their values without being deployed: Ref of
 * a parameter with a default, Fn::If, Fn::Join, Fn::Select, Fn::Split, Fn::FindInMap, Fn::Sub, and
 * the conditions Fn::Equals, Fn::And, Fn::Or, Fn::Not.
 *
 * What is new lies in the scope's arena. Pure but for that. Within the model layer only. Source:
 * CloudFormation user guide, "Intrinsic function reference".
 */
#ifndef PKSK_MODEL_INTRINSICS_H
#define PKSK_MODEL_INTRINSICS_H

#include "pksk/json/tree.h"

/* Sections of the template, each an object or NULL, and the region that it is for, or "". */
struct intrinsic_scope {
    struct arena *arena;
    struct str region;
    const struct json *parameters, *conditions, *mappings;
    unsigned steps; /* taken so far: they have a ceiling, behind which functions stay as they are */
};

bool intrinsic_is(const struct json *v); /* {"Ref": …} or {"Fn::…": …}; NULL is fine */

/* What v comes to; v itself where that is known only when the stack is deployed; NULL for
 * AWS::NoValue, and for NULL. An array has no elements that come to nothing. */
const struct json *intrinsic_value(struct intrinsic_scope *s, const struct json *v);

/* The resource's Condition is false: it is not made. */
bool intrinsic_is_left_out(struct intrinsic_scope *s, const struct json *resource);

#endif

/* Whose certificates are believed. Within the net layer.
 *
 * OpenSSL reads all of a bundle, some 140 authorities, before the first byte goes out, and that is
 * two thirds of what a whole `get` costs; of a folder with the hashes of their names it reads the
 * one that it needs. So the system's folder comes first where there is one, and its bundle when the
 * folder does not know an issuer. What the user names (AWS_CA_BUNDLE and its kin) replaces both.
 * Where they are is what libcurl was built with (curl_version_info(3)).
 */
#ifndef PKSK_NET_TRUST_H
#define PKSK_NET_TRUST_H

#include <curl/curl.h>

#include "pksk/base/str.h"

struct trust { /* {0} at first; the strings are libcurl's */
    const char *folder, *file;
    bool looked;
    bool folder_lacks; /* an issuer was not there: the bundle from now on */
};

/* For a handle without either option yet. bundle: what the user names, or NULL. */
void trust_set(struct trust *t, CURL *easy, const char *bundle);

/* After a certificate was not believed: is it worth another try, with the handle as it is now? */
bool trust_again(struct trust *t, CURL *easy, const char *bundle);

#endif

#include "pksk/net/trust.h"

#include <dirent.h>

/* Are there certificates in it by the hash of their names, as OpenSSL looks them up? */
static bool is_hashed(const char *path)
{
    DIR *folder = opendir(path);
    bool found = false;

    for (struct dirent *e; folder && !found && (e = readdir(folder));)
        found = strspn(e->d_name, "0123456789abcdef") == 8 && strcmp(e->d_name + 8, ".0") == 0;
    if (folder)
        closedir(folder);
    return found;
}

static void use_file(CURL *easy, const char *path)
{
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_CAINFO, path);
}

void trust_set(struct trust *t, CURL *easy, const char *bundle)
{
    if (bundle) {
        use_file(easy, bundle);
        return;
    }
    if (!t->looked) {
        const curl_version_info_data *system = curl_version_info(CURLVERSION_NOW);

        t->folder = system->capath && is_hashed(system->capath) ? system->capath : NULL;
        t->file = system->cainfo;
        t->looked = true;
    }
    if (!t->folder || t->folder_lacks)
        return; /* libcurl knows its own */
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, t->folder);
}

bool trust_again(struct trust *t, CURL *easy, const char *bundle)
{
    long verified = 0; /* X509_V_OK: the chain was fine, the name was not */

    if (bundle || !t->folder || t->folder_lacks || !t->file)
        return false;
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    if (!verified)
        return false;
    t->folder_lacks = true;
    use_file(easy, t->file);
    return true;
}

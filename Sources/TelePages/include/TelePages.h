#ifndef TELE_PAGES_H
#define TELE_PAGES_H

#include <stddef.h>

/// A file that is part of the program. Lives as long as it does.
typedef struct {
    /// Below its folder, with `/`.
    const char *path;
    const unsigned char *bytes;
    size_t count;
} tele_file;

typedef struct {
    const tele_file *files;
    size_t count;
} tele_files;

/// The files of the web pages.
tele_files tele_pages(void);

/// The dashboards that come with tele, Grafana's JSON model.
tele_files tele_dashboards(void);

#endif

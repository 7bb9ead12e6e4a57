/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes JSON with the library jansson. Lack of memory ends the program. */
#ifndef _IONCTL_JSON_H
#define _IONCTL_JSON_H

#include "ionctl.h"
#include <jansson.h>

json_t *json_new_object(void);
json_t *json_new_array(void);

/* A whole number, 0 to 2^64 - 1; only json_print() prints those from 2^63 right. */
json_t *json_number(uint64_t number);

/* Add members to an object. */
void json_put(json_t *object, const char *key, json_t *value);
void json_put_number(json_t *object, const char *key, uint64_t number);
void json_put_real(json_t *object, const char *key, double number);
void json_put_bool(json_t *object, const char *key, bool truth);

/* Add text of up to @size bytes; bytes that are not UTF-8 become U+FFFD. */
void json_put_text(json_t *object, const char *key, const char *text,
		   size_t size);

void json_add(json_t *array, json_t *value);

/* Print a document over several lines, and free it. */
void json_print(json_t *document);

/* Print a document as one line, and free it. */
void json_print_line(json_t *document);

#endif /* _IONCTL_JSON_H */

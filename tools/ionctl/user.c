// SPDX-License-Identifier: GPL-2.0-only
/* Looks users up by name or number. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "channels.h"

#ifdef STATIC
/*
 * A static program reads the file: getpwnam() would load shared libraries, which
 * may belong to another version of the C library.
 */
static struct passwd *find_user(const char *name, uint32_t uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *user = NULL;

	while (file && (user = fgetpwent(file)))
		if (name ? !strcmp(user->pw_name, name) : user->pw_uid == uid)
			break;
	if (file)
		fclose(file);
	return user;
}

void user_each(void (*take)(const char *name))
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *user;

	while (file && (user = fgetpwent(file)))
		take(user->pw_name);
	if (file)
		fclose(file);
}
#else
static struct passwd *find_user(const char *name, uint32_t uid)
{
	return name ? getpwnam(name) : getpwuid(uid);
}

void user_each(void (*take)(const char *name))
{
	struct passwd *user;

	while ((user = getpwent()))
		take(user->pw_name);
	endpwent();
}
#endif

const char *user_name(uint32_t uid, char *text, size_t size)
{
	const struct passwd *user = find_user(NULL, uid);

	if (user)
		snprintf(text, size, "%s", user->pw_name);
	else
		snprintf(text, size, "%u", uid);
	return text;
}

bool user_number(const char *name, uint32_t *uid)
{
	const struct passwd *user = find_user(name, 0);
	unsigned long number;
	char *end;

	if (user) {
		*uid = user->pw_uid;
		return true;
	}
	errno = 0;
	number = strtoul(name, &end, 10);
	*uid = (uint32_t)number;
	return *name >= '0' && *name <= '9' && !*end && !errno &&
	       number == *uid;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Looks users and groups up by name or number. */
#include <errno.h>
#include <grp.h>
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

static struct group *find_group(const char *name, uint32_t gid)
{
	FILE *file = fopen("/etc/group", "re");
	struct group *group = NULL;

	while (file && (group = fgetgrent(file)))
		if (name ? !strcmp(group->gr_name, name) : group->gr_gid == gid)
			break;
	if (file)
		fclose(file);
	return group;
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

static struct group *find_group(const char *name, uint32_t gid)
{
	return name ? getgrnam(name) : getgrgid(gid);
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

const char *group_name(uint32_t gid, char *text, size_t size)
{
	const struct group *group = find_group(NULL, gid);

	if (group)
		snprintf(text, size, "%s", group->gr_name);
	else
		snprintf(text, size, "%u", gid);
	return text;
}

static bool id_number(const char *text, uint32_t *id)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	*id = (uint32_t)number;
	return *text >= '0' && *text <= '9' && !*end && !errno && number == *id;
}

bool user_number(const char *name, uint32_t *uid)
{
	const struct passwd *user = find_user(name, 0);

	if (!user)
		return id_number(name, uid);
	*uid = user->pw_uid;
	return true;
}

bool group_number(const char *name, uint32_t *gid)
{
	const struct group *group = find_group(name, 0);

	if (!group)
		return id_number(name, gid);
	*gid = group->gr_gid;
	return true;
}

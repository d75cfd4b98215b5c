// Who may see and change what is everybody's.
#pragma once

// SQL: is the user of this id, an SQL expression, an admin? Asked anew for each request, so that a role counts from the
// moment on that it is given or taken, whatever access tokens there are.
#define IS_ADMIN(user) "EXISTS (SELECT FROM users WHERE id = " user " AND role = 'admin')"

-- serves the list of the sessions that have ended since the oldest of today's access tokens was issued
CREATE INDEX refresh_tokens_revoked ON refresh_tokens (revoked_at, family_id) WHERE revoked_at IS NOT NULL;
-- serves bounding the sessions of a person
CREATE INDEX refresh_tokens_live_of_user ON refresh_tokens (user_id, created_at) WHERE used_at IS NULL AND revoked_at IS NULL;

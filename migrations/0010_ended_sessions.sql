-- serves the list of the sessions that have ended since the oldest of today's access tokens was issued
CREATE INDEX refresh_tokens_revoked ON refresh_tokens (revoked_at, family_id) WHERE revoked_at IS NOT NULL;

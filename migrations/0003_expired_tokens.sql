-- serves deleting refresh tokens that expired long ago
CREATE INDEX refresh_tokens_expired ON refresh_tokens (expires_at);

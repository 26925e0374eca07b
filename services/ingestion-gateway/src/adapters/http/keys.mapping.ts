/** Platforms and keys as they are answered. */
import type { IssuedKey, RotatedKey, CreatedPlatform } from '../../app/api-keys';
import type { ApiKey, Platform } from '../../app/key-ports';

export const platformToDto = ({ id, name, createdAt }: Platform) => ({
  id,
  name,
  created_at: createdAt,
});

export const createdPlatformToDto = (platform: CreatedPlatform) => ({
  ...platformToDto(platform),
  keys: platform.secrets,
});

export const keyToDto = ({ id, name, mode, scopes, createdAt, lastUsedAt }: ApiKey) => ({
  id,
  name,
  mode,
  scopes,
  created_at: createdAt,
  last_used_at: lastUsedAt,
});

export const issuedKeyToDto = (key: IssuedKey) => ({ ...keyToDto(key), secret: key.secret });

export const rotatedKeyToDto = (key: RotatedKey) => ({
  ...issuedKeyToDto(key),
  previous_expires_at: key.previousEndAt,
});

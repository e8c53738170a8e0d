const { S3Client, GetObjectCommand, PutObjectCommand } = require('@aws-sdk/client-s3');

const client = new S3Client({});

exports.handler = async (event) => {
  for (const record of event.Records ?? []) {
    const Bucket = record.s3.bucket.name;
    const Key = decodeURIComponent(record.s3.object.key.replace(/\+/g, ' '));
    if (Key.includes('/thumbnails/')) continue;
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    await client.send(new PutObjectCommand({ Bucket, Key: Key.replace(/([^/]+)$/, 'thumbnails/$1'), Body }));
  }
};

from tests.unit.api.client import Client
def test_x(client, world):
    bad = {"file_name": "", "size": "5", "content_type": "x", "title": "a\nb", "options": {"segmentation": {"mode": "x", "length_s": 0}, "a/b": 1}}
    for a in [client.post("/api/videos/uploads", bad), client.post("/api/videos/uploads", "{not"),client.post("/api/videos/uploads", "[]"),client.post("/api/videos/uploads", {}),
      client.request("POST", "/api/videos/uploads"),
      client.get("/nope"), client.request("PATCH","/api/videos"), client.get("/health"), client.get("/health", query={"deep":"true"}),
      client.get("/api/videos", query={"limit":"0"}), client.get("/api/videos", query={"cursor":"x"}), client.get("/api/videos/v/segments", query={"segment_type":"zzz"}),
      client.get("/openapi.json"), client.get("/docs"), client.post("/api/videos/uploads", {"file_name":"a.mp4","size":5}),
      client.get("/api/videos"), client.delete("/api/videos/uploads/x"), client.get("/api/videos/a%2Fb"), client.get("/api/videos/"),client.get("/health", query={"deep":"maybe"}), client.post("/api/pipeline/start", {"video_id":""})]:
        print(a.status, a.headers, a.text[:1500])

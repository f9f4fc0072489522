import live_recording

live_recording.run()

/* Prints a JPEG's coefficients as libjpeg reads them: for each component two 32-bit numbers, blocks across and
   down, then 64 16-bit numbers a block, row by row; all in the machine's byte order. */
#include <stdio.h>
#include <stdint.h>
#include <jpeglib.h>

int main(int argc, char **argv) {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (!file) return 2;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_stdio_src(&info, file);
  jpeg_read_header(&info, TRUE);
  jvirt_barray_ptr *arrays = jpeg_read_coefficients(&info);
  for (int c = 0; c < info.num_components; c++) {
    jpeg_component_info *component = &info.comp_info[c];
    uint32_t sides[2] = {component->width_in_blocks, component->height_in_blocks};
    fwrite(sides, sizeof sides, 1, stdout);
    for (JDIMENSION row = 0; row < sides[1]; row++) {
      JBLOCKARRAY blocks = info.mem->access_virt_barray((j_common_ptr)&info, arrays[c], row, 1, FALSE);
      fwrite(blocks[0], sizeof(JBLOCK), sides[0], stdout);
    }
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return errors.num_warnings != 0;
}

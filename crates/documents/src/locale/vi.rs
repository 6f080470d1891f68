//! Vietnamese, Vietnam. The family name comes first.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use super::{Data, Labels, Name, pick};

pub(super) const DATA: Data = Data {
    labels: Labels {
        personal_data: "Thông tin cá nhân",
        date_of_birth: "Ngày sinh",
        phone: "Điện thoại",
        email: "Email",
        address: "Địa chỉ",
        bio: "Giới thiệu",
        contact: "Liên hệ",
        summary: "Tóm tắt",
        experience: "Kinh nghiệm",
        education: "Học vấn",
        skills: "Kỹ năng",
        languages: "Ngôn ngữ",
        portrait: "Chân dung của {}",
    },
    name,
    family_first: true,
    phone,
    address,
    title: |rng| pick(rng, TITLES).into(),
    employer: |rng| pick(rng, EMPLOYERS).into(),
    openings: &[
        "Tôi làm {title} tại {employer}, trong một nhóm tám người.",
        "Công việc {title} tại {employer} không ngày nào giống ngày nào.",
    ],
    sentences: &[
        "Tôi muốn hiểu một thứ được làm ra như thế nào trước khi đề xuất cách làm tốt hơn.",
        "Những con số giúp tôi bình tĩnh, và những buổi đi bộ dài bên bờ biển cũng vậy.",
        "Hai năm ở nước ngoài dạy tôi tính kiên nhẫn và một chút nấu ăn.",
        "Tôi ghi lại lỗi của mình trong một cuốn sổ; đó là cuốn sách hữu ích nhất tôi có.",
        "Cuối tuần tôi sửa những chiếc radio cũ rồi đem tặng.",
        "Tôi thích làm xong một việc hôm nay hơn là bắt đầu ba việc ngày mai.",
        "Thời hạn không làm tôi sợ, miễn là có người giải thích vì sao cần nó.",
        "Khi hướng dẫn người mới, tôi thấy rõ mình thật sự biết gì.",
    ],
    closings: &[
        "Tôi đang tìm một nơi mà sự cẩn thận được nhìn thấy.",
        "Nếu điều đó phù hợp với nhóm của bạn, tôi rất mong nhận được thư.",
    ],
    tasks: &[
        "Rút ngắn thời gian giao hàng một phần ba.",
        "Tổ chức các buổi họp hằng tuần, đến nay vẫn duy trì.",
        "Số hóa kho lưu trữ của hai mươi năm.",
        "Đào tạo mười hai đồng nghiệp mới.",
        "Đàm phán hợp đồng với nhà cung cấp ở năm nước.",
        "Viết lại sổ tay hướng dẫn, ngắn còn một nửa.",
        "Mở cơ sở thứ hai mà không phải ngừng ngày nào.",
    ],
    degrees: &[
        "Thạc sĩ Kỹ thuật Cơ khí",
        "Cử nhân Kinh tế",
        "Cử nhân Lịch sử",
        "Thạc sĩ Thống kê",
    ],
    schools: &[
        "Đại học Bến Sông",
        "Học viện Kỹ thuật Đồi Xanh",
        "Trường Kinh doanh Cảng Mới",
    ],
    skills: &[
        "Lập kế hoạch dự án",
        "Đàm phán",
        "Phân tích dữ liệu",
        "Thuyết trình",
        "Viết tài liệu kỹ thuật",
        "Lập ngân sách",
        "Giải quyết mâu thuẫn",
        "Sơ cứu",
    ],
    languages: &[
        "Tiếng Việt",
        "Tiếng Anh",
        "Tiếng Pháp",
        "Tiếng Nhật",
        "Tiếng Hàn",
    ],
    levels: &["tiếng mẹ đẻ", "thành thạo", "khá", "cơ bản"],
    since: "từ năm {}",
};

const FAMILY: &[&str] = &[
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ",
    "Hồ", "Ngô", "Dương", "Lý",
];

/// Middle and given name.
const GIVEN: &[&str] = &[
    "Thị Hồng Nhung",
    "Minh Anh",
    "Văn Đức",
    "Quốc Bảo",
    "Thị Ngọc Ánh",
    "Hữu Nghĩa",
    "Thu Hằng",
    "Gia Huy",
    "Thị Kim Oanh",
    "Tuấn Kiệt",
    "Phương Thảo",
    "Xuân Trường",
    "Thị Mỹ Duyên",
    "Đình Phúc",
    "Khánh Vy",
    "Thế Lữ",
    "Bích Thủy",
    "Công Vượng",
];

const TITLES: &[&str] = &[
    "kiến trúc sư",
    "kế toán trưởng",
    "biên tập viên",
    "phiên dịch viên",
    "kỹ sư phần mềm",
    "chuyên viên phân tích",
    "quản lý mua hàng",
];

const EMPLOYERS: &[&str] = &[
    "Công ty Hải Đăng",
    "Nhà xuất bản Đồi Xanh",
    "Vận tải Bến Sông",
    "Xưởng mộc Cây Thông",
    "Hợp tác xã Cảng Mới",
];

const STREETS: &[&str] = &[
    "Lê Lợi",
    "Trần Hưng Đạo",
    "Nguyễn Huệ",
    "Hai Bà Trưng",
    "Lý Thường Kiệt",
    "Phan Đình Phùng",
    "Điện Biên Phủ",
];

const CITIES: &[&str] = &[
    "Hà Nội",
    "Thành phố Hồ Chí Minh",
    "Đà Nẵng",
    "Hải Phòng",
    "Cần Thơ",
    "Huế",
    "Quy Nhơn",
];

fn name(rng: &mut ChaCha8Rng) -> Name {
    Name {
        given: pick(rng, GIVEN).into(),
        family: pick(rng, FAMILY).into(),
    }
}

/// No Vietnamese subscriber's number starts with 00.
fn phone(rng: &mut ChaCha8Rng) -> String {
    format!("+84 00 0000 {:04}", rng.random_range(0..10_000))
}

fn address(rng: &mut ChaCha8Rng) -> String {
    format!(
        "Số {} đường {}, {}",
        rng.random_range(1..300),
        pick(rng, STREETS),
        pick(rng, CITIES)
    )
}
